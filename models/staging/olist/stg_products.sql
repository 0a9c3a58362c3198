-- One row per line of the products file that can be read: a product, unless lines
-- repeat.

{{ config(enabled=shop() == 'olist') }}

with source as (

    select * from {{ read_raw(source('olist', 'products')) }}

),

renamed as (

    select
        product_id,

        product_category_name as category,

        product_name_lenght as name_length,
        product_description_lenght as description_length,
        product_photos_qty as photo_count,
        product_weight_g as weight_g,
        product_length_cm as length_cm,
        product_height_cm as height_cm,
        product_width_cm as width_cm,

        has_null_word

    from source

)

select * from renamed
