-- How much have customers without a segment paid, by the reason why they have no
-- segment?

select
    reason,
    count(*) as customer_count,
    sum(placed_order_count) as order_count,
    sum(placed_payment_total) as payment_total
from {{ ref('excluded_customers') }}
group by reason
order by payment_total desc, reason asc
