-- Distances between places in Brazil are below 4,500 km. Without a known place there is
-- no distance, rather than a wrong one.

select
    order_id,
    line_number,
    distance_km
from {{ ref('order_lines') }}
where
    distance_km not between 0 and 4500
    or (
        distance_km is not null
        and (customer_latitude is null or seller_latitude is null)
    )
