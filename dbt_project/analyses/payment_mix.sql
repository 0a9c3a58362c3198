-- How do the customers who spent most pay, compared with the others: with what, and in
-- how many installments?

with ranked as (

    select
        customer_unique_id,
        row_number() over (
            order by total_spend desc, customer_unique_id asc
        ) as spend_rank,
        count(*) over () as customers_in_all
    from {{ ref('customer_segments') }}

),

grouped as (

    select
        customer_unique_id,
        case
            when spend_rank <= {{ asked_number('share', 0.1) }} * customers_in_all
                then 'spent most'
            else 'others'
        end as spender_group
    from ranked

),

counted as (

    select
        grouped.spender_group,
        orders.main_payment_type as payment_type,
        count(*) as order_count,
        sum(orders.order_total) as revenue,
        avg(orders.installments) as installments
    from {{ ref('orders') }} as orders
    inner join grouped
        on orders.customer_unique_id = grouped.customer_unique_id
    where orders.is_delivered and orders.has_items
    group by grouped.spender_group, orders.main_payment_type

)

select
    spender_group,
    payment_type,
    order_count,
    round(
        cast(order_count as double)
        / sum(order_count) over (partition by spender_group), 4
    ) as share_of_orders,
    round(revenue / order_count, 2) as revenue_per_order,
    round(installments, 2) as mean_installments
from counted
order by spender_group desc, order_count desc, payment_type asc
