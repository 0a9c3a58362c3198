-- Who is about to leave: who will be in the segment that has been away longest if some
-- days pass without an order, and how much have they spent?

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

),

away as (

    select
        segment_id,
        segment_key,
        p10
    from {{ ref('segment_profile') }}
    where metric = 'recency_days'
    order by mean desc, segment_id asc
    limit 1

)

select
    members.customer_unique_id,
    members.segment_key,
    away.segment_key as next_segment_key,
    members.untrue_words,
    members.silhouette,
    members.state,
    members.city,
    members.total_spend,
    members.order_count,
    members.recency_days
from {{ ref('segment_members') }} as members
inner join nearest
    on members.customer_unique_id = nearest.customer_unique_id
inner join away
    on nearest.segment_id = away.segment_id
where
    members.segment_key != away.segment_key
    -- who has been away longer has left already
    and members.recency_days < away.p10
order by members.total_spend desc, members.customer_unique_id asc
