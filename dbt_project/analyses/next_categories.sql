-- Which category do people come back for, given the one they bought first?

with orders as (

    select
        order_id,
        customer_unique_id,
        row_number() over (
            partition by customer_unique_id
            order by purchased_at asc, order_id asc
        ) as order_number
    from {{ ref('orders') }}
    where is_delivered and has_items

),

bought as (

    select distinct
        orders.customer_unique_id,
        orders.order_number,
        lines.category_english as category
    from orders
    inner join {{ ref('order_lines') }} as lines
        on orders.order_id = lines.order_id
    where orders.order_number <= 2 and lines.has_item

),

pairs as (

    select
        firsts.category as first_category,
        seconds.category as second_category,
        count(*) as customer_count
    from bought as firsts
    inner join bought as seconds
        on firsts.customer_unique_id = seconds.customer_unique_id
    where firsts.order_number = 1 and seconds.order_number = 2
    group by firsts.category, seconds.category

),

totalled as (

    select
        *,
        sum(customer_count) over (partition by first_category) as of_first,
        sum(customer_count) over (partition by second_category) as of_second,
        sum(customer_count) over () as of_all
    from pairs

)

select
    first_category,
    second_category,
    customer_count,
    round(cast(customer_count as double) / of_first, 4) as share_of_first,
    round(cast(of_second as double) / of_all, 4) as share_of_all,
    {{ z_score('customer_count', 'of_first', 'of_second', 'of_all') }} as z_score,
    {{ is_beyond_chance('customer_count', 'of_first', 'of_second', 'of_all') }}
        as is_beyond_chance
from totalled
where first_category != second_category
order by customer_count desc, first_category asc, second_category asc
