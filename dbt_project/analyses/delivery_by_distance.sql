-- How do delivery, punctuality and reviews change with the distance to the seller?

with orders as (

    select
        order_id,
        max(distance_km) as distance_km
    from {{ ref('order_lines') }}
    where is_delivered and has_item
    group by order_id

),

banded as (

    select
        order_id,
        case
            when distance_km is null then 'unknown'
            when distance_km < 100 then 'under 100 km'
            when distance_km < 500 then '100 to 500 km'
            when distance_km < 1000 then '500 to 1,000 km'
            else '1,000 km and over'
        end as distance_band,
        coalesce(distance_km, 1e9) as distance_km
    from orders

)

select
    banded.distance_band,
    count(*) as order_count,
    round(cast(avg(delivered.delivery_days) as double), 1) as mean_delivery_days,
    round(
        cast(count(*) filter (where delivered.is_late) as double) / count(*), 4
    ) as late_share,
    round(cast(avg(delivered.review_score) as double), 2) as mean_review_score,
    round(
        cast(sum(delivered.freight_total) as double)
        / nullif(cast(sum(delivered.order_total) as double), 0), 4
    ) as freight_share
from {{ ref('orders') }} as delivered
inner join banded
    on delivered.order_id = banded.order_id
group by banded.distance_band
order by min(banded.distance_km)
