-- How much revenue comes from customers whose parcel came late and who said so with a
-- score of 1 or 2?

with members as (

    select * from {{ ref('customer_segments') }}

),

hit as (

    select distinct customer_unique_id
    from {{ ref('orders') }}
    where is_delivered and has_items and is_late and review_score <= 2

),

summed as (

    select
        members.segment_key,
        count(*) as customer_count,
        count(hit.customer_unique_id) as hit_customer_count,
        sum(members.total_spend) as revenue,
        sum(
            case when hit.customer_unique_id is null then 0 else members.total_spend end
        ) as revenue_at_risk
    from members
    left join hit
        on members.customer_unique_id = hit.customer_unique_id
    group by members.segment_key

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
order by revenue_at_risk desc, segment_key asc
