-- One row per line of the payments file that can be read: a payment of an order, unless
-- lines repeat.

{{ config(enabled=shop() == 'olist') }}

with source as (

    select *
    from {{ read_raw(source('olist', 'order_payments'), ref('forgotten_ids')) }}

),

renamed as (

    select
        order_id,
        payment_sequential as payment_number,

        lower(trim(payment_type)) as payment_type,

        payment_installments as installments,
        payment_value,

        has_null_word

    from source

)

select * from renamed
