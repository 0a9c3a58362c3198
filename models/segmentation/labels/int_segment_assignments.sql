-- One row per eligible customer: the segment that the current model gives them.

with centroids as (

    select
        model_id,
        segment_id as cluster_id,
        feature,
        scaled_value

    from {{ ref('int_current_centroids') }}

),

assigned as (

    {{ assign_clusters(
        ref('int_scaled_features'), 'centroids', 'model_id', segment_numbers()
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
