-- One row: the last day that counts, from the variable as_of_date, or else the day
-- of the last purchase.

with orders as (

    select purchased_at from {{ ref('stg_orders') }}

),

as_of as (

    select
        {% if var('as_of_date') -%}
            cast('{{ var("as_of_date") }}' as date) as as_of_date
        {%- else -%}
            cast(max(purchased_at) as date) as as_of_date
        {%- endif %}

    from orders

)

select distinct as_of_date from as_of
