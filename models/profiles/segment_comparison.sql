-- One row per segmentation and number of customer_features: the share of its variance
-- that lies between the segments rather than within them. More segments explain more of
-- everything, and each segmentation explains best what it is made from: KMeans its
-- features, RFM recency, orders and spend. No segmentation has seen later_revenue.

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02
{%- set metrics = numeric_columns('customer_features') %}
{#- What tells the segments of each apart. #}
{%- set segmentations = {
    'kmeans': 'segment_id',
    'rfm': 'rfm_segment_id',
    'two_or_more_orders': 'is_repeat_buyer'
} %}

with customers {{ as_inlined() }} (

    select * from {{ ref('customer_segments') }}

),

rules as (

    select * from {{ ref('rfm_segments') }}

),

clustered_on as (

    select distinct feature from {{ ref('int_current_centroids') }}

),

-- Customers who are in the same segments become one row first: customers are then read
-- once, not once per segmentation.
alike as (

    select
        customers.segment_id,
        rules.rfm_segment_id,
        rules.order_count >= 2 as is_repeat_buyer,
        count(*) as customer_count
        {%- for metric in metrics %},
            count(customers.{{ metric }}) as {{ metric }}_count,
            {{ exact_sum('customers.' ~ metric) }} as {{ metric }}_total
        {%- endfor %}

    from customers
    inner join rules
        on customers.customer_unique_id = rules.customer_unique_id
    group by
        customers.segment_id,
        rules.rfm_segment_id,
        rules.order_count >= 2

),

per_segment as (

    {% for segmentation, segment in segmentations.items() %}
        select
            '{{ segmentation }}' as segmentation,
            sum(customer_count) as customer_count
            {%- for metric in metrics %},
                sum({{ metric }}_count) as {{ metric }}_count,
                {{ exact_sum(metric ~ '_total') }}
                / nullif(sum({{ metric }}_count), 0) as {{ metric }}
            {%- endfor %}
        from alike
        group by {{ segment }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

sizes as (

    select
        segmentation,
        count(*) as segment_count,
        cast(min(customer_count) as double) / sum(customer_count)
            as smallest_segment_share,
        cast(max(customer_count) as double) / sum(customer_count)
            as largest_segment_share
    from per_segment
    group by segmentation

),

overall as (

    select
        {% for metric in metrics -%}
            {{ exact_sum(metric ~ '_total') }} / nullif(sum({{ metric }}_count), 0)
                as {{ metric }}
            {{- ',' if not loop.last }}
        {% endfor %}
    from alike

),

between_segments as (

    {% for metric in metrics %}
        select
            per_segment.segmentation,
            '{{ metric }}' as metric,
            {{ exact_sum(
                'per_segment.' ~ metric ~ '_count * power(per_segment.' ~ metric
                ~ ' - overall.' ~ metric ~ ', 2)'
            ) }} as squares
        from per_segment
        cross join overall
        group by per_segment.segmentation
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

squares as (

    select
        {% for metric in metrics -%}
            {%- set gap = '(customers.' ~ metric ~ ' - overall.' ~ metric ~ ')' -%}
            {{ exact_sum(gap ~ ' * ' ~ gap) }} as {{ metric }}
            {{- ',' if not loop.last }}
        {% endfor %}
    from customers
    cross join overall

),

total as (

    {% for metric in metrics %}
        select
            '{{ metric }}' as metric,
            {{ metric }} as squares
        from squares
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

joined as (

    select
        between_segments.segmentation,
        between_segments.metric,

        sizes.segment_count,
        sizes.smallest_segment_share,
        sizes.largest_segment_share,
        case
            when total.squares > 0 then between_segments.squares / total.squares
        end as explained_share,

        clustered_on.feature is not null as is_clustered_on

    from between_segments
    inner join sizes
        on between_segments.segmentation = sizes.segmentation
    inner join total
        on between_segments.metric = total.metric
    left join clustered_on
        on between_segments.metric = clustered_on.feature

),

-- What customers spent in the 180 days after the last day that can be judged.
outcomes as (

    select
        *,
        max(label_date) over () as last_label_date
    from {{ ref('segment_outcomes') }}
    where horizon_days = 180

),

later as (

    select
        by_segment.rule as segmentation,
        'later_revenue' as metric,

        count(*) as segment_count,
        cast(min(by_segment.customer_count) as double) / max(everybody.customer_count)
            as smallest_segment_share,
        cast(max(by_segment.customer_count) as double) / max(everybody.customer_count)
            as largest_segment_share,
        {{ exact_sum(
            'by_segment.customer_count * power(by_segment.revenue'
            ~ ' / by_segment.customer_count - everybody.revenue'
            ~ ' / everybody.customer_count, 2)'
        ) }}
        / nullif(
            max(everybody.customer_count * power(everybody.revenue_deviation, 2)), 0
        ) as explained_share,

        false as is_clustered_on

    from outcomes as by_segment
    inner join outcomes as everybody
        on everybody.rule = 'all' and by_segment.label_date = everybody.label_date
    where
        by_segment.rule != 'all'
        and by_segment.label_date = by_segment.last_label_date
    group by by_segment.rule

)

select * from joined
union all
select * from later
