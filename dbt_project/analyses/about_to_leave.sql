-- Who will be in another segment within some days just because time passes, and how
-- much have they spent?

{%- set days = asked_number('days', 30) %}
{%- set clocks = ['recency_days', 'tenure_days'] %}

with features as (

    select * from {{ ref('customer_features') }}

),

waiting as (

    select
        {% for name in numeric_columns('customer_features') -%}
            {{ name }}{{ ' + ' ~ days ~ ' as ' ~ name if name in clocks }},
        {% endfor %}
        customer_unique_id
    from features

),

parameters as (

    select parameters.*
    from {{ ref('segment_model_features') }} as parameters
    inner join {{ ref('segment_models') }} as models
        on parameters.model_id = models.model_id
    where models.is_current

),

centroids as (

    select
        model_id,
        segment_id as cluster_id,
        feature,
        scaled_value
    from {{ ref('int_current_centroids') }}

),

scaled as (

    {{ scale_features('waiting', 'parameters') | indent(4) }}

),

located as (

    {{ wide_centroids('centroids', 'model_id') | indent(4) }}

),

nearest as (

    select
        scaled.customer_unique_id,
        min_by(
            located.cluster_id,
            {{ squared_distance('scaled', 'located') | indent(12) }}
            + located.cluster_id * 1e-12
        ) as segment_id
    from scaled
    cross join located
    group by scaled.customer_unique_id

)

select
    members.customer_unique_id,
    members.segment_key,
    segments.segment_key as next_segment_key,
    members.total_spend,
    members.order_count,
    members.recency_days
from {{ ref('customer_segments') }} as members
inner join nearest
    on members.customer_unique_id = nearest.customer_unique_id
inner join {{ ref('segments') }} as segments
    on nearest.segment_id = segments.segment_id
where members.segment_id != nearest.segment_id
order by members.total_spend desc, members.customer_unique_id asc
