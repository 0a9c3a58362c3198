-- Customers with a better score bought later, ordered more often or spent more than all
-- with a worse one, and those called lost bought longest ago. An inverted scale would
-- call customers lost who bought last month.

with scored as (

    select
        *,
        case
            when rfm_segment_key like 'lost%' then 1
            when rfm_segment_key like 'fading%' then 2
            else 3
        end as recency_group
    from {{ ref('rfm_segments') }}

),

ranges as (

    select
        'recency' as measure,
        recency_score as score,
        min(-recency_days) as lowest,
        max(-recency_days) as highest
    from scored
    group by recency_score
    union all
    select
        'frequency' as measure,
        frequency_score as score,
        min(order_count) as lowest,
        max(order_count) as highest
    from scored
    group by frequency_score
    union all
    select
        'spend' as measure,
        monetary_score as score,
        min(total_spend) as lowest,
        max(total_spend) as highest
    from scored
    group by monetary_score
    union all
    select
        'recency of segments of one order' as measure,
        recency_group as score,
        min(-recency_days) as lowest,
        max(-recency_days) as highest
    from scored
    where order_count = 1
    group by recency_group

),

compared as (

    select
        *,
        lag(highest) over (partition by measure order by score) as highest_below
    from ranges

)

select * from compared
where lowest <= highest_below
