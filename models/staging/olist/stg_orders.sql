-- One row per line of the orders file that can be read: an order, unless lines repeat.

{{ config(enabled=shop() == 'olist') }}

with source as (

    select * from {{ read_raw(source('olist', 'orders'), ref('forgotten_ids')) }}

),

renamed as (

    select
        order_id,
        customer_id,

        lower(trim(order_status)) as order_status,

        false as is_return,

        order_purchase_timestamp as purchased_at,
        order_approved_at as approved_at,
        order_delivered_carrier_date as handed_to_carrier_at,
        order_delivered_customer_date as delivered_at,
        order_estimated_delivery_date as promised_at,

        has_null_word

    from source

)

select * from renamed
