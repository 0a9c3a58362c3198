-- Every customer is either in customer_segments or in excluded_customers, and nobody
-- else is.

with counted as (

    select
        customer_unique_id,
        1 as customers,
        0 as places
    from {{ ref('customers') }}
    union all
    select
        customer_unique_id,
        0 as customers,
        1 as places
    from {{ ref('customer_segments') }}
    union all
    select
        customer_unique_id,
        0 as customers,
        1 as places
    from {{ ref('excluded_customers') }}

)

select
    customer_unique_id,
    sum(customers) as customers,
    sum(places) as places
from counted
group by customer_unique_id
having sum(customers) != 1 or sum(places) != 1
