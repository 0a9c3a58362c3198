-- How much revenue comes from customers whose parcel was late and who gave it a score
-- of 1 or 2?

with members as (

    select * from {{ ref('customer_segments') }}

),

hit as (

    select distinct customer_unique_id
    from {{ ref('orders') }}
    where is_delivered and has_items and is_late and review_score <= 2

),

judged as (

    select count(*) > 0 as is_known
    from {{ ref('orders') }}
    where is_delivered and is_late is not null and review_score is not null

),

summed as (

    select
        members.segment_key,
        count(*) as customer_count,
        case when judged.is_known then count(hit.customer_unique_id) end
            as hit_customer_count,
        sum(members.total_spend) as revenue,
        sum(
            case
                when hit.customer_unique_id is not null then members.total_spend
                when judged.is_known then 0
            end
        ) as revenue_at_risk
    from members
    cross join judged
    left join hit
        on members.customer_unique_id = hit.customer_unique_id
    group by members.segment_key, judged.is_known

)

select
    segment_key,
    customer_count,
    hit_customer_count,
    round(cast(hit_customer_count as double) / customer_count, 4) as hit_share,
    revenue,
    revenue_at_risk,
    round(cast(revenue_at_risk as double) / nullif(revenue, 0), 4) as share_at_risk
from summed
order by revenue_at_risk desc nulls last, segment_key asc
