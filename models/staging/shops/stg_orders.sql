-- One row per line of the orders file that can be read: an order, unless lines repeat.

{{ config(enabled=shop() != 'olist') }}

{%- set settings = shop_settings() %}
{%- set orders = input('orders', ref('forgotten_ids')) %}

with lines as (

    select * from {{ ref('stg_lines') }}
    where order_id is not null

),

orders as (

    select * from {{ orders.rows }}

),

per_order as (

    select
        order_id,

        max(customer_id) as customer_id,

        max(order_status) as order_status,

        min(case when is_return then 1 else 0 end) = 1 as is_return,

        min(purchased_at) as purchased_at,
        max(delivered_at) as delivered_at,
        max(promised_at) as promised_at

    from lines
    group by order_id

),

joined as (

    select
        {{ 'orders' if orders.columns else 'lines' }}.order_id,
        coalesce(orders.customer_id, lines.customer_id) as customer_id,

        coalesce(lower(trim(orders.order_status)), lines.order_status) as order_status,

        coalesce(lines.is_return, false) as is_return,

        coalesce(orders.purchased_at, lines.purchased_at) as purchased_at,
        orders.approved_at,
        orders.handed_to_carrier_at,
        coalesce(orders.delivered_at, lines.delivered_at) as delivered_at,
        coalesce(orders.promised_at, lines.promised_at) as promised_at,

        coalesce(orders.has_null_word, false) as has_null_word

    {% if orders.columns -%}
        from orders
        left join per_order as lines
    {%- else -%}
        from per_order as lines
        left join orders
    {%- endif %}
        on lines.order_id = orders.order_id

),

with_status as (

    select
        order_id,
        customer_id,

        case
            when is_return
                then '{{ 'returned' if settings.returns == 'net' else 'canceled' }}'
            else {{ 'order_status' if settings.has_statuses else "'completed'" }}
        end as order_status,

        is_return,

        purchased_at,
        approved_at,
        handed_to_carrier_at,
        delivered_at,
        promised_at,

        has_null_word

    from joined

)

select * from with_status
