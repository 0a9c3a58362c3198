-- One row per eligible customer and candidate k: cluster and silhouette.

{{ assign_clusters(
    ref('int_scaled_features'), ref('int_candidate_centroids'), 'k'
) }}
