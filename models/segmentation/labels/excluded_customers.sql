-- One row per customer without a label, with the reason. With customer_segments it
-- covers every row of customers.

{#- Olist's words are its statuses; other shops count other orders. -#}
{%- set is_olist = shop() == 'olist' -%}
{%- set canceled =
    'every order canceled' ~ (' or unavailable' if is_olist else '') -%}
{%- set not_yet =
    'no order delivered yet' if is_olist else 'no order that counts yet' %}

with customers as (

    select * from {{ ref('customers') }}
    where not is_eligible

),

with_reason as (

    select
        customer_unique_id,

        case
            when has_returns and placed_order_count = 0
                then 'only returns, no purchase'
            when order_count > 0 then 'everything returned'
            when has_delivered_order then 'delivered order without items'
            when canceled_order_count = placed_order_count
                then '{{ canceled }}'
            else '{{ not_yet }}'
        end as reason,

        placed_order_count,
        placed_payment_total

    from customers

)

select * from with_reason
