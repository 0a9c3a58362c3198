-- One row per order that has items: the totals of its lines.

with items as (

    select * from {{ ref('int_items') }}

),

per_order as (

    select
        order_id,

        count(*) as item_count,
        count(distinct product_id) as product_count,
        count(distinct seller_id) as seller_count,
        cast(sum(price) as decimal(18, 2)) as price_total,
        cast(sum(freight) as decimal(18, 2)) as freight_total

    from items
    group by order_id

)

select * from per_order
