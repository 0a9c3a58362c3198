-- Whom should we win back: who spent much, and has not bought for a long time?

with members as (

    select * from {{ ref('segment_members') }}

),

much as (

    select
        percentile_cont(0.9) within group (
            order by cast(total_spend as double)
        ) as total_spend,
        count(review_score) as reviewed_count
    from members

)

select
    members.customer_unique_id,
    members.segment_key,
    members.untrue_words,
    members.runner_up_segment_key,
    members.silhouette,
    members.state,
    members.city,
    members.total_spend,
    members.order_count,
    members.review_score,
    members.recency_days,
    cast(customers.last_purchased_at as date) as last_purchase_date
from members
inner join {{ ref('customers') }} as customers
    on members.customer_unique_id = customers.customer_unique_id
cross join much
where
    members.recency_days > {{ asked_number('days', 180) }}
    and members.total_spend >= much.total_spend
    -- returns that count as canceled orders lower what was placed, not the spend
    and customers.placed_price_total + customers.placed_freight_total
    >= much.total_spend
    -- of a shop without reviews nobody is known to be content
    and (members.review_score >= 4 or much.reviewed_count = 0)
order by members.total_spend desc, members.customer_unique_id asc
