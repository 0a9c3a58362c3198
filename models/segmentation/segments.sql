-- One row per segment of the current model, numbered by mean spend: 1 spends most.

with customers as (

    select * from {{ ref('customer_segments') }}

),

centroids as (

    select * from {{ ref('segment_centroids') }}

),

words as (

    select * from {{ ref('int_segment_words') }}

),

described as (

    select
        words.segment_id,
        string_agg(
            concat(
                words.word, ' (', words.feature, ' ',
                cast(cast(centroids.unscaled_value as decimal(18, 1)) as varchar), ')'
            ), ', '
            order by words.prominence_rank
        ) as description

    from words
    inner join centroids
        on
            words.segment_id = centroids.segment_id
            and words.feature = centroids.feature
    where words.prominence_rank <= 3
    group by words.segment_id

),

totals as (

    select
        count(*) as customer_count,
        cast(sum(total_spend) as double) as revenue

    from customers

),

per_segment as (

    select
        segment_id,
        segment_key,
        segment_name,
        count(*) as customer_count,
        sum(total_spend) as revenue

    from customers
    group by segment_id, segment_key, segment_name

),

joined as (

    select
        per_segment.segment_id,
        per_segment.segment_key,

        per_segment.segment_name,
        described.description,

        per_segment.customer_count,
        cast(per_segment.customer_count as double) / totals.customer_count
            as customer_share,
        cast(per_segment.revenue as decimal(18, 2)) as revenue,
        cast(per_segment.revenue as double) / nullif(totals.revenue, 0)
            as revenue_share

    from per_segment
    inner join described
        on per_segment.segment_id = described.segment_id
    cross join totals

)

select * from joined
