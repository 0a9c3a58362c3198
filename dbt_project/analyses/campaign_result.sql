-- Did a campaign matter: did those listed buy more than the control group that was left
-- out?

with listed as (

    select * from {{ listed_customers() }} as exported
    where campaign = {{ asked_campaign() }}

),

orders as (

    select * from {{ ref('orders') }}
    where not {{ has_status('order_status', 'canceled') }} and not is_return

),

as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

next_orders as (

    select
        listed.customer_unique_id,
        sum(orders.order_total) as revenue

    from listed
    inner join orders
        on
            listed.customer_unique_id = orders.customer_unique_id
            and cast(orders.purchased_at as date) > listed.listed_at
    inner join as_of
        on cast(orders.purchased_at as date) <= as_of.as_of_date
    group by listed.customer_unique_id

),

followed as (

    select
        listed.campaign,
        listed.segment_id,
        listed.segment_key,
        listed.is_control,
        greatest(
            {{ days_between('listed.listed_at', 'as_of.as_of_date') }}, 0
        ) as days,
        case when next_orders.customer_unique_id is null then 0 else 1 end as bought,
        coalesce(next_orders.revenue, 0) as revenue

    from listed
    cross join as_of
    left join next_orders
        on listed.customer_unique_id = next_orders.customer_unique_id

),

with_all as (

    select * from followed
    union all
    select
        campaign,
        0 as segment_id,
        'all' as segment_key,
        is_control,
        days,
        bought,
        revenue
    from followed

),

counted as (

    select
        campaign,
        segment_id,
        segment_key,
        -- Of those who were listed today, nothing can be known yet.
        cast(sum(days) as double)
        / nullif(count(*) filter (where days > 0), 0) as mean_days,
        count(*) filter (where not is_control and days > 0) as listed_count,
        coalesce(sum(bought) filter (where not is_control), 0) as listed_buyers,
        coalesce(sum(revenue) filter (where not is_control), 0) as listed_revenue,
        count(*) filter (where is_control and days > 0) as control_count,
        coalesce(sum(bought) filter (where is_control), 0) as control_buyers,
        coalesce(sum(revenue) filter (where is_control), 0) as control_revenue

    from with_all
    group by campaign, segment_id, segment_key

),

-- Two shares can be compared if there are customers on both sides.
sided as (

    select
        *,
        nullif(listed_count, 0) as listed_total,
        nullif(control_count, 0) as control_total
    from counted

),

shared as (

    select
        *,
        cast(listed_buyers as double) / listed_total as listed_buyer_share,
        cast(control_buyers as double) / control_total as control_buyer_share,
        {{ wilson_bound('listed_buyers', 'listed_total', 'low', 3) }} as listed_low,
        {{ wilson_bound('listed_buyers', 'listed_total', 'high', 3) }} as listed_high,
        {{ wilson_bound('control_buyers', 'control_total', 'low', 3) }} as control_low,
        {{ wilson_bound('control_buyers', 'control_total', 'high', 3) }} as control_high

    from sided

),

compared as (

    select
        *,
        listed_buyer_share - control_buyer_share as difference,
        -- Newcombe (1998), method 10: the Wilson intervals of both shares, combined.
        listed_buyer_share - control_buyer_share - sqrt(
            power(listed_buyer_share - listed_low, 2)
            + power(control_high - control_buyer_share, 2)
        ) as difference_low,
        listed_buyer_share - control_buyer_share + sqrt(
            power(listed_high - listed_buyer_share, 2)
            + power(control_buyer_share - control_low, 2)
        ) as difference_high,
        sqrt(
            listed_buyer_share * (1 - listed_buyer_share) / listed_total
            + control_buyer_share * (1 - control_buyer_share) / control_total
        ) as standard_error

    from shared

),

judged as (

    select
        *,
        coalesce(difference_low > 0 or difference_high < 0, false) as is_beyond_chance,
        -- 3 standard errors, and 0.84 more for a power of 80%; errors shrink with the
        -- root of the number of customers, and of the days in which they buy.
        power(3.84 * standard_error / nullif(difference, 0), 2) - 1 as further_share

    from compared

),

foreseen as (

    select
        *,
        greatest(further_share * (listed_count + control_count), 1)
            as further_customers,
        greatest(further_share * mean_days, 1) as further_days

    from judged

),

-- Two digits will do.
rounded as (

    select
        *,
        power(10, greatest(floor(log10(further_customers)) - 1, 0)) as unit
    from foreseen

),

worded as (

    select
        *,
        case
            when mean_days is null then 'no day has passed since'
            when control_total is null then 'no control group'
            when listed_total is null then 'nobody was listed'
            when is_beyond_chance then 'beyond chance'
            when
                abs(difference) < standard_error or listed_buyers + control_buyers < 10
                then 'cannot be told yet: chance alone would give as much'
            else concat(
                'cannot be told yet: about ',
                cast(cast(ceil(further_customers / unit) * unit as bigint) as string),
                ' more customers or ',
                cast(cast(ceil(further_days) as bigint) as string),
                ' more days'
            )
        end as verdict

    from rounded

)

select
    campaign,
    segment_key,
    round(mean_days, 1) as mean_days,
    listed_count,
    cast(listed_buyers as bigint) as listed_buyers,
    round(listed_buyer_share, 4) as listed_buyer_share,
    control_count,
    cast(control_buyers as bigint) as control_buyers,
    round(control_buyer_share, 4) as control_buyer_share,
    round(difference, 4) as difference,
    round(difference_low, 4) as difference_low,
    round(difference_high, 4) as difference_high,
    {{ rounded_ratio('listed_revenue', 'listed_total', 18, 2) }}
        as listed_revenue_per_customer,
    {{ rounded_ratio('control_revenue', 'control_total', 18, 2) }}
        as control_revenue_per_customer,
    is_beyond_chance,
    verdict
from worded
order by segment_id asc, segment_key asc
