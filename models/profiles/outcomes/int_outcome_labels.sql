-- One row per day of int_outcome_days, rule and customer with a segment on that day:
-- the segment by the history, and by the RFM rule from the orders known on that day.

with days as (

    select distinct label_date from {{ ref('int_outcome_days') }}

),

history as (

    select * from {{ ref('customer_segment_history') }}
    where segment_id is not null

),

orders as (

    select
        *,
        is_delivered and has_items as is_counted,
        {{ 'is_return' if shop_settings().returns == 'net' else 'false' }}
            as lowers_spend
    from {{ ref('orders') }}

),

clustered as (

    select
        days.label_date,
        history.customer_unique_id,
        history.segment_id,
        history.segment_key,
        history.segment_name,
        history.model_id

    from days
    inner join history
        on
            cast(history.dbt_valid_from as date) <= days.label_date
            and (
                history.dbt_valid_to is null
                or cast(history.dbt_valid_to as date) > days.label_date
            )

),

-- Of the same customers, so that the two rules can be compared.
features as (

    select
        clustered.label_date,
        clustered.customer_unique_id,
        {{ days_between(
            'max(case when orders.is_counted then orders.purchased_at end)',
            'clustered.label_date'
        ) }} as recency_days,
        count(*) filter (where orders.is_counted) as order_count,
        sum(orders.order_total) as total_spend

    from clustered
    inner join orders
        on
            clustered.customer_unique_id = orders.customer_unique_id
            and (orders.is_counted or orders.lowers_spend)
            and cast(orders.purchased_at as date) <= clustered.label_date
            and coalesce(
                cast(orders.delivered_at as date) <= clustered.label_date, true
            )
    group by clustered.label_date, clustered.customer_unique_id
    having count(*) filter (where orders.is_counted) > 0

),

ruled as (

    {{ rfm_labels('features', 'features', day='label_date') | indent(4) }}

),

labelled as (

    select
        'kmeans' as rule,
        *

    from clustered
    union all
    select
        'rfm' as rule,
        ruled.label_date,
        ruled.customer_unique_id,
        ruled.rfm_segment_id as segment_id,
        ruled.rfm_segment_key as segment_key,
        ruled.rfm_segment_name as segment_name,
        null as model_id

    from ruled

)

select * from labelled
