-- No distance is longer than between the farthest places of the shop: in Brazil they
-- are 4,500 km apart. Without a known place there is no distance, rather than a wrong
-- one.

select
    order_id,
    line_number,
    distance_km
from {{ ref('order_lines') }}
where
    distance_km not between 0 and {{ shop_settings().places.farthest_km }}
    or (
        distance_km is not null
        and (customer_latitude is null or seller_latitude is null)
    )
