-- One row per line of the sellers file that can be read: a seller, unless lines repeat.

{{ config(enabled=shop() != 'olist') }}

with sellers as (

    {% if shop_table('sellers') -%}
        select * from {{ input_rows('sellers') }}
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
