-- One row per eligible customer: the segment that the stored model gives them.

{%- set features = var('features') %}

with centroids as (

    select
        model_id,
        segment_id as cluster_id,
        {% for feature in features -%}
            max(case when feature = '{{ feature.name }}' then scaled_value end)
                as {{ feature.name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('segment_centroids') }}
    group by model_id, segment_id

),

points as (

    {{ scale_features(ref('customer_features'), ref('segment_model_features')) }}

),

assigned as (

    {{ assign_clusters('points', 'centroids', 'model_id') | indent(4) }}

)

select
    customer_unique_id,
    model_id,
    cluster_id as segment_id,
    runner_up_cluster_id as runner_up_segment_id,
    squared_distance,
    silhouette

from assigned
