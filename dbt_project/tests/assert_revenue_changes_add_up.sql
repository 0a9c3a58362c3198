-- The causes of a change add up to it, and the revenues of all segments to those of the
-- orders of both periods: no order is left out or counted twice. A segment that bought
-- nothing in them has its row too.

with changes as (

    select * from {{ ref('segment_revenue_change') }}

),

as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

orders as (

    select
        orders.order_total,
        {{ days_between('orders.purchased_at', 'as_of.as_of_date') }} as days_ago

    from {{ ref('orders') }} as orders
    inner join {{ ref('customer_segments') }} as members
        on orders.customer_unique_id = members.customer_unique_id
    cross join as_of
    where orders.is_delivered and orders.has_items

),

totals as (

    select
        period_days,
        sum(revenue_before) as revenue_before,
        sum(revenue_after) as revenue_after

    from changes
    group by period_days

),

expected as (

    select
        totals.period_days,
        totals.revenue_before,
        totals.revenue_after,
        sum(
            case
                when orders.days_ago >= totals.period_days then orders.order_total
                else 0
            end
        ) as placed_before,
        sum(
            case
                when orders.days_ago < totals.period_days then orders.order_total
                else 0
            end
        ) as placed_after

    from totals
    inner join orders
        on orders.days_ago < 2 * totals.period_days
    group by totals.period_days, totals.revenue_before, totals.revenue_after

)

select
    segment_key as what,
    period_days
from changes
where
    by_new + by_returning + by_lapsed + by_orders + by_items + by_price
    <> revenue_change
    or revenue_after - revenue_before <> revenue_change
union all
select
    'all segments' as what,
    period_days
from expected
where revenue_before <> placed_before or revenue_after <> placed_after
union all
select
    segments.segment_key as what,
    totals.period_days
from {{ ref('segments') }} as segments
cross join totals
left join changes
    on
        segments.segment_id = changes.segment_id
        and totals.period_days = changes.period_days
where segments.customer_count > 0 and changes.segment_id is null
