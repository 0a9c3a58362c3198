-- Of the people who first bought in a month, how many bought again within 30, 90, 180
-- and 365 days?

with orders as (

    select
        customer_unique_id,
        purchased_at,
        row_number() over (
            partition by customer_unique_id
            order by purchased_at asc, order_id asc
        ) as order_number
    from {{ ref('orders') }}
    where is_delivered and has_items

),

known_until as (

    -- Later orders are still on their way, and count when they are delivered.
    select max(purchased_at) as purchased_at from orders

),

customers as (

    select
        customer_unique_id,
        min(purchased_at) as first_purchased_at,
        min(purchased_at) filter (where order_number = 2) as second_purchased_at
    from orders
    group by customer_unique_id

),

waits as (

    select
        cast({{ dbt.date_trunc('month', 'first_purchased_at') }} as date)
            as first_month,
        {{ dbt.datediff('first_purchased_at', 'second_purchased_at', 'day') }}
            as days_to_second
    from customers

),

known as (

    -- days_known: the days that everybody who began in the month has had.
    select
        waits.first_month,
        coalesce(waits.days_to_second, 99999) as days_to_second,
        {{ dbt.datediff('waits.first_month', 'known_until.purchased_at', 'day') }}
        - 30 as days_known
    from waits
    cross join known_until

),

marked as (

    select
        first_month,
        case when days_known >= 30 then cast(days_to_second <= 30 as integer) end
            as back_in_30_days,
        case when days_known >= 90 then cast(days_to_second <= 90 as integer) end
            as back_in_90_days,
        case when days_known >= 180 then cast(days_to_second <= 180 as integer) end
            as back_in_180_days,
        case when days_known >= 365 then cast(days_to_second <= 365 as integer) end
            as back_in_365_days
    from known

)

select
    first_month,
    count(*) as customer_count,
    round(avg(back_in_30_days), 4) as back_in_30_days,
    round(avg(back_in_90_days), 4) as back_in_90_days,
    round(avg(back_in_180_days), 4) as back_in_180_days,
    round(avg(back_in_365_days), 4) as back_in_365_days
from marked
group by first_month
having count(*) >= 10
order by first_month
