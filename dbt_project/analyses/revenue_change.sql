-- Why did the revenue of a segment change: by the customers who came and went, or by
-- how often and for how much those who stayed ordered?

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02
{%- set days = asked_number('days', 180) %}

with as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

orders as (

    select
        orders.customer_unique_id,
        orders.item_count,
        orders.order_total,
        {{ days_between('orders.purchased_at', 'as_of.as_of_date') }} as days_ago

    from {{ ref('orders') }} as orders
    cross join as_of
    where orders.is_delivered and orders.has_items

),

per_customer as (

    select
        members.segment_key,
        members.customer_unique_id,
        count(*) filter (where orders.days_ago >= 2 * {{ days }}) > 0 as is_older,
        count(*) filter (
            where orders.days_ago >= {{ days }} and orders.days_ago < 2 * {{ days }}
        ) as orders_before,
        count(*) filter (where orders.days_ago < {{ days }}) as orders_after,
        coalesce(sum(orders.item_count) filter (
            where orders.days_ago >= {{ days }} and orders.days_ago < 2 * {{ days }}
        ), 0) as items_before,
        coalesce(
            sum(orders.item_count) filter (where orders.days_ago < {{ days }}), 0
        ) as items_after,
        coalesce(sum(orders.order_total) filter (
            where orders.days_ago >= {{ days }} and orders.days_ago < 2 * {{ days }}
        ), 0) as revenue_before,
        coalesce(
            sum(orders.order_total) filter (where orders.days_ago < {{ days }}), 0
        ) as revenue_after

    from {{ ref('customer_segments') }} as members
    inner join orders
        on members.customer_unique_id = orders.customer_unique_id
    group by members.segment_key, members.customer_unique_id

),

grouped as (

    select
        *,
        case
            when orders_before > 0 and orders_after > 0 then 'stayed'
            when orders_before > 0 then 'lapsed'
            when is_older then 'came back'
            else 'new'
        end as customers
    from per_customer
    where orders_before > 0 or orders_after > 0

),

per_segment as (

    select
        segment_key,
        sum(revenue_before) as revenue_before,
        sum(revenue_after) as revenue_after,
        count(*) filter (where customers = 'new') as new_customers,
        count(*) filter (where customers = 'came back') as returning_customers,
        count(*) filter (where customers = 'stayed') as staying_customers,
        count(*) filter (where customers = 'lapsed') as lapsed_customers,
        coalesce(sum(revenue_after) filter (where customers = 'new'), 0) as by_new,
        coalesce(sum(revenue_after) filter (where customers = 'came back'), 0)
            as by_returning,
        -coalesce(sum(revenue_before) filter (where customers = 'lapsed'), 0)
            as by_lapsed,
        coalesce(
            sum(revenue_after - revenue_before) filter (where customers = 'stayed'), 0
        ) as by_staying,
        -- Of those who stayed, revenue is orders x items per order x price per item.
        {% for period in ['before', 'after'] -%}
            cast(
                sum(orders_{{ period }}) filter (where customers = 'stayed') as double
            ) as orders_{{ period }},
            cast(
                sum(items_{{ period }}) filter (where customers = 'stayed') as double
            ) / sum(orders_{{ period }}) filter (where customers = 'stayed')
                as basket_{{ period }},
            cast(
                sum(revenue_{{ period }}) filter (where customers = 'stayed') as double
            ) / nullif(sum(items_{{ period }}) filter (where customers = 'stayed'), 0)
                as price_{{ period }}{{ ',' if not loop.last }}
        {% endfor %}

    from grouped
    group by segment_key

),

-- What a factor adds is its difference at the mean of the other two, over all orders in
-- which the three can change (Shapley); the price takes what is left.
measured as (

    select
        *,
        coalesce(cast(
            (orders_after - orders_before) * (
                2 * basket_before * price_before + basket_before * price_after
                + basket_after * price_before + 2 * basket_after * price_after
            ) / 6 as decimal(18, 2)
        ), 0) as by_orders,
        coalesce(cast(
            (basket_after - basket_before) * (
                2 * orders_before * price_before + orders_before * price_after
                + orders_after * price_before + 2 * orders_after * price_after
            ) / 6 as decimal(18, 2)
        ), 0) as by_items

    from per_segment

)

select
    segment_key,
    revenue_before,
    revenue_after,
    revenue_after - revenue_before as revenue_change,
    by_new,
    by_returning,
    by_lapsed,
    by_orders,
    by_items,
    by_staying - by_orders - by_items as by_price,
    new_customers,
    returning_customers,
    staying_customers,
    lapsed_customers
from measured
order by revenue_change desc, segment_key asc
