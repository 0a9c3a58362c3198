-- What did repeat buyers buy first, and which first purchases lead to a second more or
-- less often than by chance?

with orders as (

    select
        order_id,
        customer_unique_id,
        row_number() over (
            partition by customer_unique_id
            order by purchased_at asc, order_id asc
        ) as order_number,
        count(*) over (partition by customer_unique_id) as order_count
    from {{ ref('orders') }}
    where is_delivered and has_items

),

first_orders as (

    select
        order_id,
        case when order_count > 1 then 1 else 0 end as came_back,
        count(*) over () as customers_in_all,
        sum(case when order_count > 1 then 1 else 0 end) over ()
            as repeat_buyers_in_all
    from orders
    where order_number = 1

),

bought as (

    select distinct
        order_id,
        category_english as category
    from {{ ref('order_lines') }}
    where has_item

),

counted as (

    select
        bought.category,
        count(*) as customer_count,
        sum(first_orders.came_back) as repeat_buyer_count,
        max(first_orders.customers_in_all) as customers_in_all,
        max(first_orders.repeat_buyers_in_all) as repeat_buyers_in_all
    from first_orders
    inner join bought
        on first_orders.order_id = bought.order_id
    group by bought.category

)

select
    category,
    customer_count,
    cast(repeat_buyer_count as bigint) as repeat_buyer_count,
    round(cast(repeat_buyer_count as double) / repeat_buyers_in_all, 4)
        as share_of_repeat_buyers,
    round(cast(repeat_buyer_count as double) / customer_count, 4) as repeat_share,
    {{ z_score(
        'repeat_buyer_count', 'customer_count', 'repeat_buyers_in_all',
        'customers_in_all'
    ) }} as z_score,
    {{ is_beyond_chance(
        'repeat_buyer_count', 'customer_count', 'repeat_buyers_in_all',
        'customers_in_all'
    ) }} as is_beyond_chance
from counted
order by repeat_buyer_count desc, customer_count desc, category asc
