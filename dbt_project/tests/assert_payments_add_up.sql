-- Every payment of an order is counted once, from the file to orders and to customers.
-- Joining payments to items counts an order of three items three times.

with totals as (

    select
        (
            select sum(payment_value) from {{ ref('stg_order_payments') }}
            where order_id in (select order_id from {{ ref('int_orders') }})
        ) as staged,
        (select sum(payment_total) from {{ ref('orders') }}) as in_orders,
        (select sum(placed_payment_total) from {{ ref('customers') }}) as in_customers

)

select * from totals
where staged != in_orders or staged != in_customers
