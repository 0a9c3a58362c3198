-- One row per product category that has an English name.

with source as (

    select * from {{ read_raw('category_translations') }}

),

renamed as (

    select
        product_category_name as category,
        product_category_name_english as category_english

    from source

)

select * from renamed
