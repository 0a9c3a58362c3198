-- One row per line of the customers file that can be read: one order's copy of a
-- person, unless lines repeat.

{{ config(enabled=shop() != 'olist') }}

{%- set customers = input('customers', ref('forgotten_ids')) %}

with source as (

    {% if customers.columns -%}
        select * from {{ customers.rows }}
    {%- else -%}
        {# The place of the latest order. #}
        {{ one_per_key(
            ref('stg_lines'),
            ['customer_id'],
            [
                'purchased_at desc', 'order_id', 'state', 'city', 'zip_code_prefix'
            ]
        ) }}
    {%- endif %}

),

renamed as (

    select
        customer_id,
        {% if customers.columns -%}
            coalesce(customer_unique_id, customer_id) as customer_unique_id,
        {%- else -%}
            customer_id as customer_unique_id,
        {%- endif %}

        zip_code_prefix,
        city,
        state,

        {{ 'has_null_word' if customers.columns else 'false as has_null_word' }}

    from source

)

select * from renamed
