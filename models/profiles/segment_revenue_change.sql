-- One row per segment of today and length of two periods in a row, the later of which
-- ends with the as-of date: what changed its revenue from one to the other. Only
-- lengths of which the data has two whole periods. The six amounts that begin with by_
-- add up to revenue_change. Revenue of those who stayed is orders x items per order x
-- price per item; what each adds is its difference at the mean of the other two
-- (Shapley).

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02

with as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

segments as (

    select
        segment_id,
        segment_key,
        segment_name
    from {{ ref('segments') }}
    where customer_count > 0

),

members as (

    select
        customer_unique_id,
        segment_id,
        tenure_days
    from {{ ref('customer_segments') }}

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

lengths as (

    select 30 as period_days
    union all
    select 90 as period_days
    union all
    select 180 as period_days
    union all
    select 365 as period_days

),

complete as (

    select lengths.period_days
    from orders
    cross join lengths
    group by lengths.period_days
    having max(orders.days_ago) >= 2 * lengths.period_days - 1

),

placed as (

    select
        complete.period_days,
        orders.customer_unique_id,
        orders.item_count,
        orders.order_total,
        orders.days_ago < complete.period_days as is_after

    from orders
    inner join complete
        on orders.days_ago < 2 * complete.period_days

),

per_customer as (

    select
        period_days,
        customer_unique_id,
        count(*) filter (where not is_after) as orders_before,
        count(*) filter (where is_after) as orders_after,
        coalesce(sum(item_count) filter (where not is_after), 0) as items_before,
        coalesce(sum(item_count) filter (where is_after), 0) as items_after,
        coalesce(sum(order_total) filter (where not is_after), 0) as revenue_before,
        coalesce(sum(order_total) filter (where is_after), 0) as revenue_after

    from placed
    group by period_days, customer_unique_id

),

grouped as (

    select
        per_customer.*,
        segments.segment_id,
        segments.segment_key,
        segments.segment_name,
        case
            when per_customer.orders_after = 0 then 'lapsed'
            when per_customer.orders_before > 0 then 'stayed'
            when members.tenure_days >= 2 * per_customer.period_days then 'came back'
            else 'new'
        end as customers

    from per_customer
    inner join members
        on per_customer.customer_unique_id = members.customer_unique_id
    inner join segments
        on members.segment_id = segments.segment_id
    union all
    -- A segment that bought nothing in both periods has zeros.
    select
        complete.period_days,
        null as customer_unique_id,
        0 as orders_before,
        0 as orders_after,
        0 as items_before,
        0 as items_after,
        0 as revenue_before,
        0 as revenue_after,
        segments.segment_id,
        segments.segment_key,
        segments.segment_name,
        'away' as customers
    from complete
    cross join segments

),

per_segment as (

    select
        period_days,
        segment_id,
        segment_key,
        segment_name,
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
    group by period_days, segment_id, segment_key, segment_name

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

),

summed as (

    select
        segment_id,
        period_days,
        segment_key,
        segment_name,
        cast(revenue_before as decimal(18, 2)) as revenue_before,
        cast(revenue_after as decimal(18, 2)) as revenue_after,
        cast(revenue_after - revenue_before as decimal(18, 2)) as revenue_change,
        cast(by_new as decimal(18, 2)) as by_new,
        cast(by_returning as decimal(18, 2)) as by_returning,
        cast(by_lapsed as decimal(18, 2)) as by_lapsed,
        cast(by_orders as decimal(18, 2)) as by_orders,
        cast(by_items as decimal(18, 2)) as by_items,
        cast(by_staying - by_orders - by_items as decimal(18, 2)) as by_price,
        new_customers,
        returning_customers,
        staying_customers,
        lapsed_customers
    from measured

)

select * from summed
