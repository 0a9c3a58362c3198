-- One row per segment and metric: the numbers of customer_segments, summed up.

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02
{%- set metrics = numeric_columns('customer_features') %}
{%- set quantiles = {'median': 0.5, 'p10': 0.1, 'p90': 0.9} %}

with customers as (

    select * from {{ ref('customer_segments') }}

),

names as (

    select * from {{ ref('int_segment_names') }}

),

-- A segment is one row first: customers are read once, not once per metric.
wide as (

    select
        segment_id,
        {% for metric in metrics -%}
            count({{ metric }}) as {{ metric }}_count,
            {{ exact_sum(metric) }} as {{ metric }}_total,
            {% for quantile, share in quantiles.items() -%}
                percentile_cont({{ share }}) within group (
                    order by cast({{ metric }} as double)
                ) as {{ metric }}_{{ quantile }}
                {{- ',' if not loop.last }}
            {% endfor -%}
            {{ ',' if not loop.last }}
        {% endfor %}
    from customers
    group by segment_id

),

per_segment as (

    {% for metric in metrics %}
        select
            segment_id,
            '{{ metric }}' as metric,
            {{ metric }}_count as customer_count,
            {{ metric }}_total as total,
            {{ metric }}_total / nullif({{ metric }}_count, 0) as mean
            {%- for quantile in quantiles %},
                {{ metric }}_{{ quantile }} as {{ quantile }}
            {%- endfor %}
        from wide
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

overall as (

    select
        metric,
        {{ exact_sum('total') }} / nullif(sum(customer_count), 0) as mean_of_all

    from per_segment
    group by metric

),

joined as (

    select
        per_segment.segment_id,
        names.segment_key,
        per_segment.metric,

        names.segment_name,
        case per_segment.metric
            {%- for feature in worded_features() %}
                when '{{ feature.name }}'
                    then {{ text_or_null(feature.phrase) }}
            {%- endfor %}
            else replace(per_segment.metric, '_', ' ')
        end as phrase,
        case per_segment.metric
            {%- for feature in worded_features() %}
                when '{{ feature.name }}'
                    then {{ text_or_null(feature.phrase_negative) }}
            {%- endfor %}
        end as phrase_negative,

        per_segment.customer_count,
        per_segment.mean,
        per_segment.median,
        per_segment.p10,
        per_segment.p90,
        overall.mean_of_all,
        case
            when overall.mean_of_all > 0
                then round(100 * per_segment.mean / overall.mean_of_all, 1)
        end as index_vs_all

    from per_segment
    inner join names
        on per_segment.segment_id = names.segment_id
    inner join overall
        on per_segment.metric = overall.metric

)

select * from joined
