-- One row per order that has payments, amounts in whole cents. Of several lines with
-- the same order and number, the highest payment counts. The main type is the one that
-- paid most; of types that paid the same, the one used first.

with payments as (

    {{ one_per_key(
        ref('stg_order_payments'),
        ['order_id', 'payment_number'],
        ['payment_value desc', 'installments desc', 'payment_type']
    ) }}

),

per_type as (

    select
        order_id,
        payment_type,
        count(*) as payment_count,
        max(try_cast(installments as integer)) as installments,
        sum(coalesce(cast(payment_value as decimal(18, 2)), 0)) as payment_total,
        min(payment_number) as first_payment_number

    from payments
    group by order_id, payment_type

),

ranked as (

    select
        *,
        row_number() over (
            partition by order_id
            order by
                payment_total desc,
                first_payment_number asc,
                payment_type asc
        ) as type_rank

    from per_type

),

per_order as (

    select
        order_id,

        max(case when type_rank = 1 then payment_type end) as main_payment_type,

        cast(sum(payment_count) as bigint) as payment_count,
        max(installments) as installments,
        cast(sum(payment_total) as decimal(18, 2)) as payment_total,
        cast(
            coalesce(sum(payment_total) filter (where payment_type = 'voucher'), 0)
            as decimal(18, 2)
        ) as voucher_total

    from ranked
    group by order_id

)

select * from per_order
