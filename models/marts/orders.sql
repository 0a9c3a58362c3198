-- One row per order placed up to the as-of date, whatever its status.

with orders as (

    select * from {{ ref('int_orders') }}

),

customers as (

    {{ one_per_key(
        ref('stg_customers'),
        ['customer_id'],
        ['customer_unique_id', 'zip_code_prefix', 'city', 'state']
    ) }}

),

items as (

    select
        order_id,
        cast(sum(item_count) as bigint) as item_count,
        count(distinct product_id) as product_count,
        count(distinct seller_id) as seller_count,
        sum(price) as price_total,
        sum(freight) as freight_total

    from {{ ref('int_items') }}
    group by order_id

),

payments as (

    select * from {{ ref('int_order_payments') }}

),

reviews as (

    select * from {{ ref('int_order_reviews') }}

),

joined as (

    select
        orders.order_id,
        orders.customer_id,
        coalesce(
            customers.customer_unique_id, orders.customer_id, orders.order_id
        ) as customer_unique_id,

        orders.order_status,
        coalesce(payments.main_payment_type, 'unknown') as main_payment_type,
        coalesce(customers.zip_code_prefix, 'unknown') as customer_zip_code_prefix,
        coalesce(customers.city, 'unknown') as customer_city,
        coalesce(customers.state, 'unknown') as customer_state,

        coalesce(items.item_count, 0) as item_count,
        coalesce(items.product_count, 0) as product_count,
        coalesce(items.seller_count, 0) as seller_count,
        coalesce(items.price_total, 0) as price_total,
        coalesce(items.freight_total, 0) as freight_total,
        coalesce(items.price_total + items.freight_total, 0) as order_total,
        coalesce(payments.payment_count, 0) as payment_count,
        coalesce(payments.payment_total, 0) as payment_total,
        payments.installments,
        coalesce(reviews.review_count, 0) as review_count,
        reviews.review_score,
        {{ rounded_ratio(
            seconds_between('orders.purchased_at', 'orders.delivered_at'), 86400, 10, 4
        ) }} as delivery_days,
        {{ rounded_ratio(
            seconds_between('orders.promised_at', 'orders.delivered_at'), 86400, 10, 4
        ) }} as delivery_delay_days,

        {{ has_status('orders.order_status', 'counted') }} and not orders.is_return
            as is_delivered,
        orders.is_return,
        orders.delivered_at > orders.promised_at as is_late,
        items.order_id is not null as has_items,
        coalesce(reviews.has_comment, false) as has_comment,

        orders.purchased_at,
        orders.approved_at,
        orders.handed_to_carrier_at,
        orders.delivered_at,
        orders.promised_at

    from orders
    left join customers
        on orders.customer_id = customers.customer_id
    left join items
        on orders.order_id = items.order_id
    left join payments
        on orders.order_id = payments.order_id
    left join reviews
        on orders.order_id = reviews.order_id

),

typed as (

    select
        order_id,
        customer_id,
        customer_unique_id,

        order_status,
        main_payment_type,
        customer_zip_code_prefix,
        customer_city,
        customer_state,

        item_count,
        product_count,
        seller_count,
        cast(price_total as decimal(18, 2)) as price_total,
        cast(freight_total as decimal(18, 2)) as freight_total,
        cast(order_total as decimal(18, 2)) as order_total,
        payment_count,
        cast(payment_total as decimal(18, 2)) as payment_total,
        installments,
        review_count,
        review_score,
        delivery_days,
        delivery_delay_days,

        is_delivered,
        is_return,
        is_late,
        has_items,
        has_comment,

        purchased_at,
        approved_at,
        handed_to_carrier_at,
        delivered_at,
        promised_at

    from joined

)

select * from typed
