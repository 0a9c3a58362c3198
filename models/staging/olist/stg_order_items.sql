-- One row per line of the items file that can be read: an item of an order, unless
-- lines repeat.

{{ config(enabled=shop() == 'olist') }}

with source as (

    select * from {{ read_raw(source('olist', 'order_items'), ref('forgotten_ids')) }}

),

renamed as (

    select
        order_id,
        order_item_id as line_number,
        product_id,
        seller_id,

        cast(1 as decimal(18, 4)) as quantity,
        price,
        freight_value as freight,

        shipping_limit_date as shipping_limit_at,

        has_null_word

    from source

)

select * from renamed
