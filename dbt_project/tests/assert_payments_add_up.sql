-- Every payment of an order is counted once, in orders and in customers. Joining
-- payments to items counts an order of three items three times.

with totals as (

    select
        (
            select in_marts from {{ ref('reconciliation') }}
            where measure = 'payment_value'
        ) as in_orders,
        (select sum(placed_payment_total) from {{ ref('customers') }}) as in_customers

)

select * from totals
where in_orders != in_customers
