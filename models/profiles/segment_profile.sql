-- One row per segment and metric: means and quantiles of the numbers of
-- customer_segments.

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02
{%- set metrics = numeric_columns('customer_features') %}

with customers {{ as_inlined() }} (

    select * from {{ ref('customer_segments') }}

),

names as (

    select * from {{ ref('int_segment_names') }}

),

-- A segment becomes one row first: customers are read once, not once per metric.
wide as (

    select
        segment_id,
        {% for metric in metrics -%}
            count({{ metric }}) as {{ metric }}_count,
            {{ exact_sum(metric) }} as {{ metric }}_total
            {{- ',' if not loop.last }}
        {% endfor %}
    from customers
    group by segment_id

),

totals as (

    {% for metric in metrics %}
        select
            segment_id,
            {{ loop.index }} as position,
            '{{ metric }}' as metric,
            {{ metric }}_count as customer_count,
            {{ metric }}_total as total
        from wide
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- Values are sorted, which is faster with numbers of metrics than with their names.
counted as (

    {% for metric in metrics %}
        select
            segment_id,
            {{ loop.index }} as position,
            cast({{ metric }} as double) as feature_value,
            count(*) as customer_count
        from customers
        where {{ metric }} is not null
        group by segment_id, cast({{ metric }} as double)
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

ranked as (

    select
        *,
        sum(customer_count) over (
            partition by segment_id, position order by feature_value
        ) as reached,
        sum(customer_count) over (partition by segment_id, position) as total_count
    from counted

),

quantiles as (

    {{ quantiles(
        'ranked', {'median': 0.5, 'p10': 0.1, 'p90': 0.9}, ['segment_id', 'position']
    ) | indent(4) }}

),

overall as (

    select
        metric,
        {{ exact_sum('total') }} / nullif(sum(customer_count), 0) as mean_of_all

    from totals
    group by metric

),

joined as (

    select
        totals.segment_id,
        names.segment_key,
        totals.metric,

        names.segment_name,
        case totals.metric
            {%- for feature in worded_features() %}
                when '{{ feature.name }}'
                    then {{ text_or_null(feature.phrase) }}
            {%- endfor %}
            else replace(totals.metric, '_', ' ')
        end as phrase,
        case totals.metric
            {%- for feature in worded_features() %}
                when '{{ feature.name }}'
                    then {{ text_or_null(feature.phrase_negative) }}
            {%- endfor %}
        end as phrase_negative,

        totals.customer_count,
        totals.total / nullif(totals.customer_count, 0) as mean,
        quantiles.median,
        quantiles.p10,
        quantiles.p90,
        overall.mean_of_all,
        case
            when overall.mean_of_all > 0
                then round(
                    100 * totals.total / nullif(totals.customer_count, 0)
                    / overall.mean_of_all, 1
                )
        end as index_vs_all

    from totals
    inner join names
        on totals.segment_id = names.segment_id
    left join quantiles
        on
            totals.segment_id = quantiles.segment_id
            and totals.position = quantiles.position
    inner join overall
        on totals.metric = overall.metric

)

select * from joined
