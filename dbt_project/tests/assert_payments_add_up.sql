-- Every payment of an order is counted once, from the file to orders and to customers.
-- Joining payments to items counts an order of three items three times.

with totals as (

    select
        (
            select sum(payments.payment_value)
            from {{ ref('stg_order_payments') }} as payments
            inner join {{ ref('int_orders') }} as orders
                on payments.order_id = orders.order_id
        ) as staged,
        (select sum(payment_total) from {{ ref('orders') }}) as in_orders,
        (select sum(placed_payment_total) from {{ ref('customers') }}) as in_customers

)

select * from totals
where staged != in_orders or staged != in_customers
