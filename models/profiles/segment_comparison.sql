-- One row per segmentation and number of customer_features: the share of its variance
-- that lies between the segments rather than within them. More segments explain more of
-- everything, and each segmentation explains what it is made of: KMeans its features,
-- RFM recency, orders and spend.

{%- set metrics = numeric_columns('customer_features') %}

with customers as (

    select * from {{ ref('customer_segments') }}

),

labels as (

    select * from {{ ref('int_segmentations') }}

),

clustered_on as (

    select parameters.feature
    from {{ ref('segment_model_features') }} as parameters
    inner join {{ ref('segment_models') }} as models
        on parameters.model_id = models.model_id
    where models.is_current

),

sized as (

    select
        segmentation,
        segment_id,
        cast(count(*) as double) as customer_count
    from labels
    group by segmentation, segment_id

),

sizes as (

    select
        segmentation,
        count(*) as segment_count,
        min(customer_count) / sum(customer_count) as smallest_segment_share,
        max(customer_count) / sum(customer_count) as largest_segment_share
    from sized
    group by segmentation

),

long as (

    {% for metric in metrics %}
        select
            customer_unique_id,
            '{{ metric }}' as metric,
            cast({{ metric }} as double) as metric_value
        from customers
        where {{ metric }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

overall as (

    select
        metric,
        {{ exact_sum('metric_value') }} / count(*) as mean
    from long
    group by metric

),

per_segment as (

    select
        labels.segmentation,
        labels.segment_id,
        long.metric,
        count(*) as known_count,
        {{ exact_sum('long.metric_value') }} / count(*) as mean

    from long
    inner join labels
        on long.customer_unique_id = labels.customer_unique_id
    group by labels.segmentation, labels.segment_id, long.metric

),

between_segments as (

    select
        per_segment.segmentation,
        per_segment.metric,
        {{ exact_sum(
            'per_segment.known_count * power(per_segment.mean - overall.mean, 2)'
        ) }} as squares

    from per_segment
    inner join overall
        on per_segment.metric = overall.metric
    group by per_segment.segmentation, per_segment.metric

),

total as (

    select
        long.metric,
        {{ exact_sum('power(long.metric_value - overall.mean, 2)') }} as squares

    from long
    inner join overall
        on long.metric = overall.metric
    group by long.metric

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

)

select * from joined
