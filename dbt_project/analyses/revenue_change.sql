-- Why did the revenue of a segment change: by the customers who came and went, or by
-- how often and for how much those who stayed ordered?

select
    segment_key,
    revenue_before,
    revenue_after,
    revenue_change,
    by_new,
    by_returning,
    by_lapsed,
    by_orders,
    by_items,
    by_price,
    new_customers,
    returning_customers,
    staying_customers,
    lapsed_customers
from {{ ref('segment_revenue_change') }}
where period_days = {{ asked_number('days', 180) }}
order by revenue_change desc, segment_key asc
