-- Which sellers have more unhappy customers (score 1 or 2) than a random draw would
-- give?

with reviewed as (

    select distinct
        order_id,
        seller_id,
        seller_state,
        case when order_review_score <= 2 then 1 else 0 end as is_unhappy,
        case when is_late then 1 else 0 end as is_late
    from {{ ref('order_lines') }}
    where is_delivered and has_item and order_review_score is not null

),

counted as (

    select
        seller_id,
        max(seller_state) as seller_state,
        count(*) as order_count,
        cast(sum(is_unhappy) as bigint) as unhappy_count,
        cast(sum(is_late) as bigint) as late_count
    from reviewed
    group by seller_id

),

scored as (

    select
        seller_id,
        seller_state,
        order_count,
        unhappy_count,
        round(cast(unhappy_count as double) / order_count, 4) as unhappy_share,
        round(cast(late_count as double) / order_count, 4) as late_share,
        {{ z_score(
            'unhappy_count', 'order_count', 'sum(unhappy_count) over ()',
            'sum(order_count) over ()'
        ) }} as z_score,
        {{ is_beyond_chance(
            'unhappy_count', 'order_count', 'sum(unhappy_count) over ()',
            'sum(order_count) over ()'
        ) }} as is_beyond_chance
    from counted

)

select
    seller_id,
    seller_state,
    order_count,
    unhappy_count,
    unhappy_share,
    late_share,
    z_score
from scored
where is_beyond_chance and z_score >= {{ asked_number('z', 3) }}
order by z_score desc, seller_id asc
