-- One row per day of labels, number of days after it, rule and segment: how many of
-- its customers bought again in these days, and for how much. Only days whose orders
-- are all known. The rule `all` has all customers with a segment on that day in one
-- row.

with days as (

    select * from {{ ref('int_outcome_days') }}

),

labels as (

    select * from {{ ref('int_outcome_labels') }}

),

orders as (

    select * from {{ ref('orders') }}
    where not {{ has_status('order_status', 'canceled') }} and not is_return

),

models as (

    select * from {{ ref('segment_models') }}

),

labelled as (

    select
        days.horizon_days,
        labels.*

    from days
    inner join labels
        on days.label_date = labels.label_date

),

-- One row per customer who bought again.
next_orders as (

    select
        days.label_date,
        days.horizon_days,
        orders.customer_unique_id,
        count(*) as order_count,
        sum(orders.order_total) as revenue,
        min({{ days_between('days.label_date', 'orders.purchased_at') }})
            as days_to_next_order

    from days
    inner join orders
        on
            cast(orders.purchased_at as date) > days.label_date
            and {{ days_between('days.label_date', 'orders.purchased_at') }}
            <= days.horizon_days
    group by days.label_date, days.horizon_days, orders.customer_unique_id

),

followed as (

    select
        labelled.*,
        coalesce(next_orders.order_count, 0) as order_count,
        coalesce(next_orders.revenue, 0) as revenue,
        next_orders.days_to_next_order

    from labelled
    left join next_orders
        on
            labelled.label_date = next_orders.label_date
            and labelled.horizon_days = next_orders.horizon_days
            and labelled.customer_unique_id = next_orders.customer_unique_id

),

with_all as (

    select
        rule,
        label_date,
        horizon_days,
        segment_id,
        segment_key,
        segment_name,
        model_id,
        order_count,
        revenue,
        days_to_next_order

    from followed
    union all
    select
        'all' as rule,
        label_date,
        horizon_days,
        0 as segment_id,
        'all' as segment_key,
        'All customers' as segment_name,
        model_id,
        order_count,
        revenue,
        days_to_next_order

    from followed
    where rule = 'kmeans'

),

counted as (

    select
        rule,
        label_date,
        horizon_days,
        segment_id,
        segment_key,
        segment_name,
        max(model_id) as model_id,
        count(*) as customer_count,
        count(days_to_next_order) as buyer_count,
        sum(order_count) as order_count,
        sum(revenue) as revenue,
        sum(revenue * revenue) as revenue_squares,
        percentile_cont(0.5) within group (
            order by cast(days_to_next_order as double)
        ) as median_days_to_next_order

    from with_all
    group by
        rule, label_date, horizon_days, segment_id, segment_key, segment_name

),

compared as (

    select
        counted.label_date,
        counted.horizon_days,
        counted.rule,
        cast(counted.segment_id as integer) as segment_id,
        counted.segment_key,
        counted.segment_name,

        counted.customer_count,
        counted.buyer_count,
        cast(counted.buyer_count as double) / counted.customer_count as buyer_share,
        {{ wilson_bound('counted.buyer_count', 'counted.customer_count', 'low') }}
            as buyer_share_low,
        {{ wilson_bound('counted.buyer_count', 'counted.customer_count', 'high') }}
            as buyer_share_high,
        cast(counted.buyer_count as double) / counted.customer_count
        / nullif(
            cast(everybody.buyer_count as double) / everybody.customer_count, 0
        ) as lift,

        cast(counted.order_count as bigint) as order_count,
        cast(counted.revenue as decimal(18, 2)) as revenue,
        cast(counted.order_count as double) / counted.customer_count
            as orders_per_customer,
        {{ rounded_ratio('counted.revenue', 'counted.customer_count', 18, 2) }}
            as revenue_per_customer,
        sqrt(
            greatest(
                cast(counted.revenue_squares as double) / counted.customer_count
                - power(cast(counted.revenue as double) / counted.customer_count, 2),
                0
            )
        ) as revenue_deviation,
        counted.median_days_to_next_order,

        {{ is_beyond_chance(
            'counted.buyer_count', 'counted.customer_count',
            'everybody.buyer_count', 'everybody.customer_count'
        ) | indent(8) }} as is_beyond_chance,
        models.as_of_date > counted.label_date as is_model_later,
        counted.model_id

    from counted
    inner join counted as everybody
        on
            counted.label_date = everybody.label_date
            and counted.horizon_days = everybody.horizon_days
            and everybody.rule = 'all'
    left join models
        on counted.model_id = models.model_id

)

select * from compared
