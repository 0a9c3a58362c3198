-- One row per order placed up to the as-of date, with the status of that day. A later
-- approval, hand-over or delivery is unknown, as is a delivery before the purchase or
-- an impossible date. Of several lines with the same order, the one that got farthest
-- counts.

{%- set excludes_guests = shop_settings().guests == 'exclude' %}

with orders as (

    {{ one_per_key(
        ref('stg_orders'),
        ['order_id'],
        [
            'delivered_at desc', 'handed_to_carrier_at desc', 'approved_at desc',
            'purchased_at desc', 'order_status', 'customer_id', 'promised_at'
        ]
    ) }}

),

as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

dated as (

    select
        order_id,
        customer_id,
        order_status,
        is_return,
        purchased_at,
        case when {{ is_plausible_date('approved_at') }} then approved_at end
            as approved_at,
        case
            when {{ is_plausible_date('handed_to_carrier_at') }}
                then handed_to_carrier_at
        end as handed_to_carrier_at,
        case when {{ is_plausible_date('delivered_at') }} then delivered_at end
            as delivered_at,
        case when {{ is_plausible_date('promised_at') }} then promised_at end
            as promised_at

    from orders
    where
        {{ is_plausible_date('purchased_at') }}
        and (customer_id is not null or not {{ excludes_guests }})

),

known as (

    select
        orders.order_id,
        orders.customer_id,
        orders.order_status,
        orders.is_return,
        orders.purchased_at,
        case
            when cast(orders.approved_at as date) <= as_of.as_of_date
                then orders.approved_at
        end as approved_at,
        case
            when cast(orders.handed_to_carrier_at as date) <= as_of.as_of_date
                then orders.handed_to_carrier_at
        end as handed_to_carrier_at,
        case
            when
                cast(orders.delivered_at as date) <= as_of.as_of_date
                and orders.delivered_at >= orders.purchased_at
                then orders.delivered_at
        end as delivered_at,
        coalesce(
            cast(orders.delivered_at as date) > as_of.as_of_date, false
        ) as is_delivered_later,
        coalesce(
            cast(orders.handed_to_carrier_at as date) > as_of.as_of_date, false
        ) as is_handed_over_later,
        orders.promised_at

    from dated as orders
    cross join as_of
    where cast(orders.purchased_at as date) <= as_of.as_of_date

),

with_status as (

    select
        order_id,
        customer_id,

        case
            when order_status = 'delivered' and not is_delivered_later
                then order_status
            when order_status = 'shipped' and not is_handed_over_later
                then order_status
            when order_status not in ('delivered', 'shipped') then order_status
            when handed_to_carrier_at is not null then 'shipped'
            when approved_at is not null then 'approved'
            else 'created'
        end as order_status,

        is_return,

        purchased_at,
        approved_at,
        handed_to_carrier_at,
        delivered_at,
        promised_at

    from known

)

select * from with_status
