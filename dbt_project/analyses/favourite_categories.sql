-- Which category does a customer buy most, and which last?

with lines as (

    select * from {{ ref('order_lines') }}
    where is_delivered and has_item

),

per_category as (

    select
        customer_unique_id,
        category_english as category,
        count(distinct order_id) as order_count,
        sum(price) as price_total,
        max(purchased_at) as last_purchased_at
    from lines
    group by customer_unique_id, category_english

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_unique_id
            order by order_count desc, price_total desc, category asc
        ) as most_rank,
        row_number() over (
            partition by customer_unique_id
            order by last_purchased_at desc, price_total desc, category asc
        ) as last_rank
    from per_category

)

select
    members.customer_unique_id,
    members.segment_key,
    most.category as most_bought_category,
    most.order_count as orders_with_it,
    latest.category as last_bought_category,
    cast(latest.last_purchased_at as date) as last_purchase_date,
    members.category_count,
    members.order_count,
    members.total_spend
from {{ ref('customer_segments') }} as members
inner join ranked as most
    on members.customer_unique_id = most.customer_unique_id and most.most_rank = 1
inner join ranked as latest
    on members.customer_unique_id = latest.customer_unique_id and latest.last_rank = 1
order by members.total_spend desc, members.customer_unique_id asc
