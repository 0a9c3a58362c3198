-- Every order placed by the as-of date is in orders and in order_lines, every item in
-- order_lines, every person in customers: nobody drops out of a join.

with customers_by_id as (

    {{ one_per_key(
        ref('stg_customers'),
        ['customer_id'],
        ['customer_unique_id', 'zip_code_prefix', 'city', 'state']
    ) }}

),

expected as (

    select
        count(distinct orders.order_id) as order_count,
        count(items.order_id) as line_count,
        count(
            distinct coalesce(
                customers.customer_unique_id, orders.customer_id, orders.order_id
            )
        ) as customer_count
    from {{ ref('int_orders') }} as orders
    left join customers_by_id as customers
        on orders.customer_id = customers.customer_id
    left join {{ ref('int_items') }} as items
        on orders.order_id = items.order_id

),

found as (

    select
        (select count(*) from {{ ref('orders') }}) as order_count,
        (select count(distinct order_id) from {{ ref('order_lines') }})
            as order_count_in_lines,
        (
            select count(*) from {{ ref('order_lines') }}
            where has_item
        ) as line_count,
        (select count(*) from {{ ref('customers') }}) as customer_count

)

select
    expected.*,
    found.*
from expected
cross join found
where
    found.order_count != expected.order_count
    or found.order_count_in_lines != expected.order_count
    or found.line_count != expected.line_count
    or found.customer_count != expected.customer_count
