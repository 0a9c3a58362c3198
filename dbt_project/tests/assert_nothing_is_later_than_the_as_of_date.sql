-- No order, delivery or hand-over after the as-of date is known to any mart.

select
    orders.order_id,
    orders.purchased_at,
    orders.delivered_at
from {{ ref('orders') }} as orders
cross join {{ ref('int_as_of') }} as as_of
where
    cast(orders.purchased_at as date) > as_of.as_of_date
    or cast(orders.approved_at as date) > as_of.as_of_date
    or cast(orders.handed_to_carrier_at as date) > as_of.as_of_date
    or cast(orders.delivered_at as date) > as_of.as_of_date
