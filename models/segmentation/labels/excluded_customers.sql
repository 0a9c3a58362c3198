-- One row per customer without a label, with the reason. With customer_segments it
-- covers every row of customers.

with customers as (

    select * from {{ ref('customers') }}
    where not is_eligible

),

with_reason as (

    select
        customer_unique_id,

        case
            when has_returns then 'everything returned'
            when has_delivered_order then 'delivered order without items'
            when canceled_order_count = placed_order_count
                then 'every order canceled or unavailable'
            else 'no order delivered yet'
        end as reason,

        placed_order_count,
        placed_payment_total

    from customers

)

select * from with_reason
