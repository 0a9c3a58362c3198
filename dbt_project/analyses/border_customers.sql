-- Which customers are so close to the border between two segments that little would
-- move them across?

with centroids as (

    select
        model_id,
        segment_id as cluster_id,
        feature,
        scaled_value
    from {{ ref('int_current_centroids') }}

),

located as (

    {{ wide_centroids('centroids', 'model_id') | indent(4) }}

),

compared as (

    select
        members.customer_unique_id,
        members.segment_key,
        segments.segment_key as runner_up_segment_key,
        members.distance_to_centroid,
        sqrt(
            {{ squared_distance('scaled', 'located') | indent(12) }}
        ) as distance_to_runner_up,
        members.silhouette,
        members.total_spend
    from {{ ref('customer_segments') }} as members
    inner join {{ ref('int_scaled_features') }} as scaled
        on members.customer_unique_id = scaled.customer_unique_id
    inner join located
        on members.runner_up_segment_id = located.cluster_id
    inner join {{ ref('segments') }} as segments
        on members.runner_up_segment_id = segments.segment_id

)

select
    customer_unique_id,
    segment_key,
    runner_up_segment_key,
    round(distance_to_centroid, 4) as distance_to_centroid,
    round(distance_to_runner_up, 4) as distance_to_runner_up,
    round(silhouette, 4) as silhouette,
    total_spend
from compared
where distance_to_runner_up - distance_to_centroid < {{ asked_number('margin', 0.1) }}
order by
    distance_to_runner_up - distance_to_centroid asc,
    customer_unique_id asc
