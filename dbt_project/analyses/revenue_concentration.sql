-- How concentrated is revenue: what share comes from the top 1%, 10% and 20% of the
-- customers of each segment?

with members as (

    select
        segment_key,
        customer_unique_id,
        total_spend
    from {{ ref('customer_segments') }}
    union all
    select
        'all' as segment_key,
        customer_unique_id,
        total_spend
    from {{ ref('customer_segments') }}

),

ranked as (

    select
        segment_key,
        total_spend,
        row_number() over (
            partition by segment_key
            order by total_spend desc, customer_unique_id asc
        ) / cast(count(*) over (partition by segment_key) as double) as spend_rank
    from members

),

summed as (

    select
        segment_key,
        count(*) as customer_count,
        sum(total_spend) as revenue,
        sum(case when spend_rank <= 0.01 then total_spend else 0 end) as top_1_percent,
        sum(case when spend_rank <= 0.1 then total_spend else 0 end) as top_10_percent,
        sum(case when spend_rank <= 0.2 then total_spend else 0 end) as top_20_percent
    from ranked
    group by segment_key

)

select
    segment_key,
    customer_count,
    revenue,
    round(cast(top_1_percent as double) / nullif(revenue, 0), 4)
        as top_1_percent_share,
    round(cast(top_10_percent as double) / nullif(revenue, 0), 4)
        as top_10_percent_share,
    round(cast(top_20_percent as double) / nullif(revenue, 0), 4)
        as top_20_percent_share
from summed
order by customer_count desc, segment_key asc
