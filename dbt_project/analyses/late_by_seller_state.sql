-- From which states do parcels come late more or less often than by chance?

with parcels as (

    select distinct
        order_id,
        seller_state,
        case when is_late then 1 else 0 end as is_late,
        order_review_score
    from {{ ref('order_lines') }}
    where is_delivered and has_item

),

counted as (

    select
        seller_state,
        count(*) as order_count,
        cast(sum(is_late) as bigint) as late_count,
        avg(order_review_score) filter (where is_late = 1) as late_review_score,
        avg(order_review_score) filter (where is_late = 0) as timely_review_score
    from parcels
    group by seller_state

)

select
    seller_state,
    order_count,
    late_count,
    round(cast(late_count as double) / order_count, 4) as late_share,
    {{ z_score(
        'late_count', 'order_count', 'sum(late_count) over ()',
        'sum(order_count) over ()'
    ) }} as z_score,
    {{ is_beyond_chance(
        'late_count', 'order_count', 'sum(late_count) over ()',
        'sum(order_count) over ()'
    ) }} as is_beyond_chance,
    round(late_review_score, 2) as late_review_score,
    round(timely_review_score, 2) as timely_review_score
from counted
order by z_score desc nulls last, seller_state asc
