-- One row per order line; an order without items keeps one row. Payments and the
-- review are repeated on every line of an order: do not sum them here.

with orders as (

    select * from {{ ref('orders') }}

),

items as (

    select * from {{ ref('int_items') }}

),

products as (

    select * from {{ ref('int_products') }}

),

sellers as (

    {{ one_per_key(
        ref('stg_sellers'), ['seller_id'], ['zip_code_prefix', 'city', 'state']
    ) }}

),

places as (

    select * from {{ ref('int_zip_code_prefixes') }}

),

joined as (

    select
        orders.order_id,
        coalesce(items.line_number, 0) as line_number,
        orders.customer_unique_id,
        items.product_id,
        items.seller_id,

        orders.order_status,
        coalesce(products.category, 'unknown') as category,
        coalesce(products.category_english, 'unknown') as category_english,
        orders.main_payment_type,
        orders.customer_zip_code_prefix,
        orders.customer_city,
        orders.customer_state,
        coalesce(sellers.zip_code_prefix, 'unknown') as seller_zip_code_prefix,
        coalesce(sellers.city, 'unknown') as seller_city,
        coalesce(sellers.state, 'unknown') as seller_state,

        items.quantity,
        items.price,
        items.freight,
        coalesce(
            {{ rounded_ratio('items.price', 'nullif(items.quantity, 0)', 22, 4) }},
            items.price
        ) as unit_price,
        products.weight_g as product_weight_g,
        products.volume_cm3 as product_volume_cm3,
        products.photo_count as product_photo_count,
        orders.payment_total as order_payment_total,
        orders.installments as order_installments,
        orders.review_score as order_review_score,
        customer_places.latitude as customer_latitude,
        customer_places.longitude as customer_longitude,
        seller_places.latitude as seller_latitude,
        seller_places.longitude as seller_longitude,
        cast(
            {{ haversine_km(
                'customer_places.latitude', 'customer_places.longitude',
                'seller_places.latitude', 'seller_places.longitude'
            ) }} as decimal(8, 1)
        ) as distance_km,

        items.order_id is not null as has_item,
        orders.is_delivered,
        orders.is_return,
        orders.is_late,

        orders.purchased_at,
        items.shipping_limit_at

    from orders
    left join items
        on orders.order_id = items.order_id
    left join products
        on items.product_id = products.product_id
    left join sellers
        on items.seller_id = sellers.seller_id
    left join places as customer_places
        on orders.customer_zip_code_prefix = customer_places.zip_code_prefix
    left join places as seller_places
        on sellers.zip_code_prefix = seller_places.zip_code_prefix

),

banded as (

    select
        order_id,
        line_number,
        customer_unique_id,
        product_id,
        seller_id,

        order_status,
        category,
        category_english,
        case
            when price is null then 'no item'
            {%- for band in price_bands('unit_price') %}
                when {{ band.condition }} then '{{ band.name }}'
            {%- endfor %}
        end as price_band,
        case
            when distance_km is null then 'unknown'
            when distance_km < 100 then 'under 100 km'
            when distance_km < 500 then '100 to 500 km'
            when distance_km < 1000 then '500 to 1,000 km'
            else '1,000 km and over'
        end as distance_band,
        main_payment_type,
        customer_zip_code_prefix,
        customer_city,
        customer_state,
        seller_zip_code_prefix,
        seller_city,
        seller_state,

        case
            when price is null then 0
            {%- for band in price_bands('unit_price') %}
                when {{ band.condition }} then {{ loop.index }}
            {%- endfor %}
        end as price_band_number,
        quantity,
        price,
        freight,
        product_weight_g,
        product_volume_cm3,
        product_photo_count,
        order_payment_total,
        order_installments,
        order_review_score,
        customer_latitude,
        customer_longitude,
        seller_latitude,
        seller_longitude,
        distance_km,

        has_item,
        is_delivered,
        is_return,
        is_late,

        purchased_at,
        shipping_limit_at

    from joined

)

select * from banded
