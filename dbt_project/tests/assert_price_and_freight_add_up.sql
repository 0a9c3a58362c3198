-- Price and freight of every item are counted once, from the file to order_lines,
-- orders and customers.

with staged as (

    select
        sum(items.price) as price,
        sum(items.freight) as freight
    from {{ ref('stg_order_items') }} as items
    inner join {{ ref('int_orders') }} as orders
        on items.order_id = orders.order_id

),

marts as (

    select
        'order_lines' as mart,
        sum(price) as price,
        sum(freight) as freight
    from {{ ref('order_lines') }}
    union all
    select
        'orders' as mart,
        sum(price_total) as price,
        sum(freight_total) as freight
    from {{ ref('orders') }}
    union all
    select
        'customers' as mart,
        sum(placed_price_total) as price,
        sum(placed_freight_total) as freight
    from {{ ref('customers') }}

)

select marts.*
from marts
cross join staged
where marts.price != staged.price or marts.freight != staged.freight
