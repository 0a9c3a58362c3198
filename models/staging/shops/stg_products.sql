-- One row per line of the products file that can be read: a product, unless lines
-- repeat.

{{ config(enabled=shop() != 'olist') }}

{%- set products = input('products') %}

with products as (

    {% if products.columns -%}
        select * from {{ products.rows }}
    {%- else -%}
        select
            product_id,
            min(category) as category,
            {% for column in [
                'name_length', 'description_length', 'photo_count', 'weight_g',
                'length_cm', 'height_cm', 'width_cm'
            ] -%}
                cast(null as integer) as {{ column }},
            {% endfor -%}
            false as has_null_word
        from {{ ref('stg_lines') }}
        where product_id is not null
        group by product_id
    {%- endif %}

)

select * from products
