-- One row per segment and metric: the numbers of customer_segments, summed up.

{%- set metrics = numeric_columns('customer_features') %}

with customers as (

    select * from {{ ref('customer_segments') }}

),

long as (

    {% for metric in metrics %}
        select
            segment_id,
            segment_key,
            segment_name,
            '{{ metric }}' as metric,
            cast({{ metric }} as double) as metric_value
        from customers
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

overall as (

    select
        metric,
        {{ exact_sum('metric_value') }} / nullif(count(metric_value), 0) as mean_of_all

    from long
    group by metric

),

per_segment as (

    select
        segment_id,
        segment_key,
        segment_name,
        metric,
        count(metric_value) as customer_count,
        {{ exact_sum('metric_value') }} / nullif(count(metric_value), 0) as mean,
        percentile_cont(0.5) within group (order by metric_value) as median,
        percentile_cont(0.1) within group (order by metric_value) as p10,
        percentile_cont(0.9) within group (order by metric_value) as p90

    from long
    group by segment_id, segment_key, segment_name, metric

),

joined as (

    select
        per_segment.segment_id,
        per_segment.segment_key,
        per_segment.metric,

        per_segment.segment_name,
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
    inner join overall
        on per_segment.metric = overall.metric

)

select * from joined
