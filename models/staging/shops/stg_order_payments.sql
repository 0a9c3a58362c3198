-- One row per line of the payments file that can be read: a payment of an order, unless
-- lines repeat.

{{ config(enabled=shop() != 'olist') }}

{%- set payments = input('payments', ref('forgotten_ids')) %}

with payments as (

    {% if payments.columns -%}
        select
            order_id,
            coalesce(
                payment_number,
                row_number() over (
                    partition by order_id
                    order by payment_value desc, payment_type, installments
                )
            ) as payment_number,
            lower(trim(payment_type)) as payment_type,
            coalesce(installments, 1) as installments,
            payment_value,
            has_null_word
        from {{ payments.rows }}
    {%- else -%}
        select
            order_id,
            row_number() over (partition by order_id order by payment_type)
                as payment_number,
            payment_type,
            coalesce(max(installments), 1) as installments,
            sum(amount + freight) as payment_value,
            false as has_null_word
        from {{ ref('stg_lines') }}
        where order_id is not null and payment_type is not null
        group by order_id, payment_type
    {%- endif %}

),

typed as (

    select
        order_id,
        cast(payment_number as integer) as payment_number,

        payment_type,

        cast(installments as decimal(18, 6)) as installments,
        cast(payment_value as decimal(18, 6)) as payment_value,

        has_null_word

    from payments

)

select * from typed
