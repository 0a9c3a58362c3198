-- One row per day on which customers were labelled and number of days after it, of
-- those that are over: the days of the history.

with history as (

    select * from {{ ref('customer_segment_history') }}

),

as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

days as (

    select distinct cast(dbt_valid_from as date) as label_date
    from history
    union
    select distinct cast(dbt_valid_to as date) as label_date
    from history
    where dbt_valid_to is not null

),

horizons as (

    select 90 as horizon_days
    union all
    select 180 as horizon_days

),

complete as (

    select
        days.label_date,
        horizons.horizon_days

    from days
    cross join horizons
    cross join as_of
    where
        {{ days_between('days.label_date', 'as_of.as_of_date') }}
        >= horizons.horizon_days

)

select * from complete
