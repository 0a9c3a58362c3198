-- Every order placed by the as-of date is in orders and in order_lines, every item in
-- order_lines, every person in customers: nobody drops out of a join.

with expected as (

    select
        count(*) as order_count,
        count(distinct customers.customer_unique_id) as customer_count,
        count(distinct customers.customer_id) as known_customer_count
    from {{ ref('int_orders') }} as orders
    left join {{ ref('stg_customers') }} as customers
        on orders.customer_id = customers.customer_id

),

items as (

    select count(*) as item_count
    from {{ ref('stg_order_items') }}
    where order_id in (select order_id from {{ ref('int_orders') }})

),

found as (

    select
        (select count(*) from {{ ref('orders') }}) as orders,
        (select count(distinct order_id) from {{ ref('order_lines') }}) as line_orders,
        (
            select count(*) from {{ ref('order_lines') }}
            where has_item
        ) as lines,
        (select count(*) from {{ ref('customers') }}) as customers

)

select *
from expected
cross join items
cross join found
where
    orders != order_count
    or line_orders != order_count
    or lines != item_count
    or customers != customer_count + order_count - known_customer_count
