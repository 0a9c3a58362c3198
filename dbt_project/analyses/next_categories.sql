-- Which other category do people come back for, given the one they bought first?

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
        one.customer_unique_id,
        one.category as first_category,
        other.category as second_category
    from bought as one
    inner join bought as other
        on one.customer_unique_id = other.customer_unique_id
    where one.order_number = 1 and other.order_number = 2

),

firsts as (

    select
        first_category,
        count(distinct customer_unique_id) as of_first
    from pairs
    group by first_category

),

seconds as (

    select
        second_category,
        count(distinct customer_unique_id) as of_second
    from pairs
    group by second_category

),

everybody as (

    select count(distinct customer_unique_id) as of_all
    from pairs

),

totalled as (

    select
        pairs.first_category,
        pairs.second_category,
        firsts.of_first,
        seconds.of_second,
        everybody.of_all,
        count(*) as customer_count
    from pairs
    inner join firsts
        on pairs.first_category = firsts.first_category
    inner join seconds
        on pairs.second_category = seconds.second_category
    cross join everybody
    group by
        pairs.first_category,
        pairs.second_category,
        firsts.of_first,
        seconds.of_second,
        everybody.of_all

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
