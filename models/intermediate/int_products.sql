-- One row per product, with its category in English: the Portuguese name where no
-- translation exists, "unknown" where the product has no category.

with products as (

    select * from {{ ref('stg_products') }}

),

translations as (

    select * from {{ ref('stg_category_translations') }}

),

translated as (

    select
        products.product_id,

        coalesce(products.category, 'unknown') as category,
        coalesce(
            translations.category_english, products.category, 'unknown'
        ) as category_english,

        products.photo_count,
        products.description_length,
        products.weight_g,
        products.length_cm * products.height_cm * products.width_cm as volume_cm3

    from products
    left join translations
        on products.category = translations.category

)

select * from translated
