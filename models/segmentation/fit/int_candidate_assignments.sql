-- One row per customer the model was fitted on and k: cluster and silhouette.

{{ assign_clusters(
    ref('int_fit_features'), ref('int_candidate_centroids'), 'k', cluster_numbers()
) }}
