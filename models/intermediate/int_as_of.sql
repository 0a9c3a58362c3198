-- One row: the last day that counts, from the variable as_of_date, or else the day
-- of the last purchase.

{%- set given = "date '" ~ var('as_of_date') ~ "'" if var('as_of_date') else 'null' %}

with orders as (

    select purchased_at from {{ ref('stg_orders') }}

),

as_of as (

    select coalesce({{ given }}, cast(max(purchased_at) as date)) as as_of_date
    from orders

)

select * from as_of
