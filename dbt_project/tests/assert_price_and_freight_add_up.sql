-- Price and freight of every item are counted once in orders, order_lines and
-- customers.

with totals as (

    select
        sum(case when measure = 'price' then in_marts end) as price,
        sum(case when measure = 'freight' then in_marts end) as freight
    from {{ ref('reconciliation') }}

),

marts as (

    select
        'order_lines' as mart,
        sum(price) as price,
        sum(freight) as freight
    from {{ ref('order_lines') }}
    union all
    select
        'customers' as mart,
        sum(placed_price_total) as price,
        sum(placed_freight_total) as freight
    from {{ ref('customers') }}

)

select marts.*
from marts
cross join totals
where marts.price != totals.price or marts.freight != totals.freight
