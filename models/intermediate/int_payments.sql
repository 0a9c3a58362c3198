-- One row per payment of an order, amounts in whole cents. Of lines with the same order
-- and number the highest payment counts.

with payments as (

    {{ one_per_key(
        ref('stg_order_payments'),
        ['order_id', 'payment_number'],
        ['payment_value desc', 'installments desc', 'payment_type']
    ) }}

),

rounded as (

    select
        order_id,
        payment_number,

        payment_type,

        try_cast(installments as integer) as installments,
        coalesce(cast(payment_value as decimal(18, 2)), 0) as payment_value

    from payments

)

select * from rounded
