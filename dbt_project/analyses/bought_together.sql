-- Which categories are bought together in one order, and which of them more or less
-- often than by chance?

with mixed as (

    select order_id
    from {{ ref('order_lines') }}
    where is_delivered and has_item
    group by order_id
    having count(distinct category_english) > 1

),

bought as (

    select distinct
        mixed.order_id,
        lines.category_english as category
    from mixed
    inner join {{ ref('order_lines') }} as lines
        on mixed.order_id = lines.order_id

),

counted as (

    select
        category,
        count(*) as order_count
    from bought
    group by category

),

everything as (

    select count(distinct order_id) as order_count from bought

),

pairs as (

    select
        one.category,
        other.category as other_category,
        count(*) as order_count
    from bought as one
    inner join bought as other
        on one.order_id = other.order_id
    where one.category < other.category
    group by one.category, other.category

)

select
    pairs.category,
    pairs.other_category,
    pairs.order_count,
    round(
        cast(counted.order_count as double) * others.order_count
        / everything.order_count, 1
    ) as expected_count,
    round(
        pairs.order_count * cast(everything.order_count as double)
        / counted.order_count / others.order_count, 2
    ) as lift,
    {{ z_score(
        'pairs.order_count', 'counted.order_count', 'others.order_count',
        'everything.order_count'
    ) }} as z_score,
    {{ is_beyond_chance(
        'pairs.order_count', 'counted.order_count', 'others.order_count',
        'everything.order_count'
    ) }} as is_beyond_chance
from pairs
inner join counted
    on pairs.category = counted.category
inner join counted as others
    on pairs.other_category = others.category
cross join everything
order by pairs.order_count desc, pairs.category asc, pairs.other_category asc
