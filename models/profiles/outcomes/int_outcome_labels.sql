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

    select * from {{ ref('orders') }}
    where is_delivered and has_items

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

features as (

    select
        days.label_date,
        orders.customer_unique_id,
        {{ days_between('max(orders.purchased_at)', 'days.label_date') }}
            as recency_days,
        count(*) as order_count,
        sum(orders.order_total) as total_spend

    from days
    inner join orders
        on
            cast(orders.purchased_at as date) <= days.label_date
            and coalesce(
                cast(orders.delivered_at as date) <= days.label_date, true
            )
    group by days.label_date, orders.customer_unique_id

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
