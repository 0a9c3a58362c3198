-- How much have customers without a segment paid, by the reason why they have no
-- segment?

select
    excluded.reason,
    count(*) as customer_count,
    sum(excluded.placed_order_count) as order_count,
    sum(
        customers.placed_price_total + customers.placed_freight_total
    ) as order_total,
    sum(excluded.placed_payment_total) as payment_total
from {{ ref('excluded_customers') }} as excluded
inner join {{ ref('customers') }} as customers
    on excluded.customer_unique_id = customers.customer_unique_id
group by excluded.reason
order by payment_total desc, order_total desc, excluded.reason asc
