-- One row per product, with its category in English: the shop's own name where there is
-- no translation, "unknown" where the product has no category. Of several lines with
-- the same product or category, the first in alphabetical order counts.

with products as (

    {{ one_per_key(
        ref('stg_products'),
        ['product_id'],
        [
            'category', 'weight_g', 'length_cm', 'height_cm', 'width_cm',
            'photo_count', 'description_length', 'name_length'
        ]
    ) }}

),

translations as (

    {{ one_per_key(
        ref('stg_category_translations'), ['category'], ['category_english']
    ) }}

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
        try_cast(
            cast(products.length_cm as double) * products.height_cm * products.width_cm
            as integer
        ) as volume_cm3

    from products
    left join translations
        on products.category = translations.category

)

select * from translated
