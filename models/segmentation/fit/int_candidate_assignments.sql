-- One row per customer the model was fitted on and k: cluster and silhouette.

with assigned as (

    {{ assign_clusters(
        ref('int_fit_features'), ref('int_candidate_centroids'), 'k', cluster_numbers()
    ) | indent(4) }}

)

select
    customer_unique_id,
    k,
    cluster_id,
    squared_distance,
    silhouette

from assigned
