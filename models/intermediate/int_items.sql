-- One row per item of an order, amounts in whole cents. Of several lines with the same
-- order and number, the most expensive one counts.

with items as (

    {{ one_per_key(
        ref('stg_order_items'),
        ['order_id', 'line_number'],
        ['price desc', 'freight desc', 'product_id', 'seller_id', 'shipping_limit_at']
    ) }}

),

rounded as (

    select
        order_id,
        line_number,
        product_id,
        seller_id,

        coalesce(quantity, 1) as quantity,
        {{ item_count('quantity') }} as item_count,
        coalesce(cast(price as decimal(18, 2)), 0) as price,
        coalesce(cast(freight as decimal(18, 2)), 0) as freight,

        shipping_limit_at

    from items

)

select * from rounded
