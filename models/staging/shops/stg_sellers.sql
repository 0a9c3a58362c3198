-- One row per line of the sellers file that can be read: a seller, unless lines repeat.

{{ config(enabled=shop() != 'olist') }}

{%- set sellers = input('sellers') %}

with sellers as (

    {% if sellers.columns -%}
        select * from {{ sellers.rows }}
    {%- else -%}
        select distinct
            seller_id,
            cast(null as string) as zip_code_prefix,
            cast(null as string) as city,
            cast(null as string) as state,
            false as has_null_word
        from {{ ref('stg_lines') }}
        where seller_id is not null
    {%- endif %}

)

select * from sellers
