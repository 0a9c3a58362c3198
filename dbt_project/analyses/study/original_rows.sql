-- One row per item and payment of an order, in order of purchase: the table that the
-- original project clusters (github.com/Lekewhite01/customer_segmentation). Its inner
-- joins lose orders without items or payments and products without a category that has
-- a translation, and repeat a payment for every item of its order.

select
    orders.order_id,
    items.line_number,
    payments.payment_number,
    customers.customer_unique_id,

    cast(items.freight as double) as freight_value,
    cast(extract(day from orders.purchased_at) as double) as order_purchase_day,
    cast(items.price as double) as price,
    cast(payments.payment_value as double) as payment_value,
    cast(customers.zip_code_prefix as double) as customer_zip_code_prefix

from {{ ref('stg_orders') }} as orders
inner join {{ ref('stg_customers') }} as customers
    on orders.customer_id = customers.customer_id
inner join {{ ref('stg_order_items') }} as items
    on orders.order_id = items.order_id
inner join {{ ref('stg_order_payments') }} as payments
    on orders.order_id = payments.order_id
inner join {{ ref('stg_products') }} as products
    on items.product_id = products.product_id
inner join {{ ref('stg_category_translations') }} as translations
    on products.category = translations.category
inner join {{ ref('stg_sellers') }} as sellers
    on items.seller_id = sellers.seller_id
order by
    orders.purchased_at,
    orders.order_id,
    items.line_number,
    payments.payment_number
