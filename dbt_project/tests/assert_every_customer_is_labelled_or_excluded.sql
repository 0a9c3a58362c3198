-- Every customer is either in customer_segments or in excluded_customers, and nobody
-- else is.

select
    customers.customer_unique_id,
    labelled.customer_unique_id as labelled_id,
    excluded.customer_unique_id as excluded_id
from {{ ref('customers') }} as customers
full outer join {{ ref('customer_segments') }} as labelled
    on customers.customer_unique_id = labelled.customer_unique_id
full outer join {{ ref('excluded_customers') }} as excluded
    on customers.customer_unique_id = excluded.customer_unique_id
where
    customers.customer_unique_id is null
    or (labelled.customer_unique_id is null) = (excluded.customer_unique_id is null)
