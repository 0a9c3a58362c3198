-- Which customers without a segment have paid most, and why do they have no segment?

select
    excluded.customer_unique_id,
    excluded.reason,
    excluded.placed_payment_total,
    excluded.placed_order_count,
    customers.state,
    customers.city
from {{ ref('excluded_customers') }} as excluded
inner join {{ ref('customers') }} as customers
    on excluded.customer_unique_id = customers.customer_unique_id
order by excluded.placed_payment_total desc, excluded.customer_unique_id asc
