-- One row: the last day that counts. It is the variable as_of_date or, if that is
-- empty, the day of the last purchase.

{%- set given = "date '" ~ var('as_of_date') ~ "'" if var('as_of_date') else 'null' %}

-- Where too many lines of a file cannot be read, rejected_rows stops the build.
-- depends_on: {{ ref('rejected_rows') }}

with orders as (

    select purchased_at from {{ ref('stg_orders') }}
    where {{ is_plausible_date('purchased_at') }}

),

as_of as (

    select coalesce({{ given }}, cast(max(purchased_at) as date)) as as_of_date
    from orders

)

select * from as_of
