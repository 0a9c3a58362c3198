-- One row: the last day that counts. It is the variable as_of_date or, if that is
-- empty, the day of the last purchase. And the days that say whether it can be used.

{%- set given = "date '" ~ var('as_of_date') ~ "'" if var('as_of_date') else 'null' %}

-- Where too many lines of a file cannot be read, rejected_rows stops the build.
-- depends_on: {{ ref('rejected_rows') }}

with orders as (

    select
        order_id,
        order_status,
        is_return,
        cast(purchased_at as date) as purchase_date,
        -- An order with another status that counts, such as paid, counts from its day.
        case
            when
                order_status = 'delivered'
                and {{ is_plausible_date('delivered_at') }}
                then cast(delivered_at as date)
        end as delivery_date

    from {{ ref('stg_orders') }}
    where {{ is_plausible_date('purchased_at') }}

),

items as (

    select distinct order_id from {{ ref('stg_order_items') }}

),

deliveries as (

    select
        min(greatest(orders.purchase_date, orders.delivery_date))
            as first_delivery_date

    from orders
    inner join items
        on orders.order_id = items.order_id
    where {{ has_status('orders.order_status', 'counted') }} and not orders.is_return

),

purchases as (

    select max(purchase_date) as last_order_date from orders

),

joined as (

    select
        coalesce({{ given }}, purchases.last_order_date) as as_of_date,
        purchases.last_order_date,
        deliveries.first_delivery_date

    from purchases
    cross join deliveries

)

select * from joined
