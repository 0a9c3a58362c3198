-- Who pays with vouchers, and what share of the money is that?

with payments as (

    select * from {{ ref('int_order_payments') }}

),

members as (

    select * from {{ ref('customer_segments') }}

),

per_customer as (

    select
        members.customer_unique_id,
        max(members.segment_key) as segment_key,
        coalesce(sum(payments.payment_total), 0) as payment_value,
        coalesce(sum(payments.voucher_total), 0) as voucher_value
    from {{ ref('orders') }} as orders
    inner join members
        on orders.customer_unique_id = members.customer_unique_id
    left join payments
        on orders.order_id = payments.order_id
    where orders.is_delivered and orders.has_items
    group by members.customer_unique_id

)

select
    segment_key,
    count(*) as customer_count,
    count(*) filter (where voucher_value > 0) as voucher_customer_count,
    round(
        cast(count(*) filter (where voucher_value > 0) as double) / count(*), 4
    ) as voucher_customer_share,
    sum(voucher_value) as voucher_value,
    round(
        cast(sum(voucher_value) as double)
        / nullif(cast(sum(payment_value) as double), 0), 4
    ) as voucher_share
from per_customer
group by segment_key
order by voucher_value desc, segment_key asc
