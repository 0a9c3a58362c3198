-- One row per line of the translation file that can be read: a product category with
-- its English name, unless lines repeat.

{{ config(enabled=shop() == 'olist') }}

with source as (

    select * from {{ read_raw(source('olist', 'category_translations')) }}

),

renamed as (

    select
        product_category_name as category,
        product_category_name_english as category_english,

        has_null_word

    from source

)

select * from renamed
