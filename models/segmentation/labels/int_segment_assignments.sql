-- One row per eligible customer: the segment that the current model gives them.

with centroids as (

    select
        centroids.model_id,
        centroids.segment_id as cluster_id,
        centroids.feature,
        centroids.scaled_value

    from {{ ref('segment_centroids') }} as centroids
    inner join {{ ref('segment_models') }} as models
        on centroids.model_id = models.model_id
    where models.is_current

),

assigned as (

    {{ assign_clusters(
        ref('int_scaled_features'), 'centroids', 'model_id'
    ) | indent(4) }}

)

select
    customer_unique_id,
    model_id,
    cluster_id as segment_id,
    runner_up_cluster_id as runner_up_segment_id,
    squared_distance,
    silhouette

from assigned
