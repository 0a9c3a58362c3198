{# The order lines of a WooCommerce export, and a return for what was refunded. #}
{% macro woocommerce__order_lines() -%}
    with export as (

        select
            *,
            try_cast(item_total as decimal(18, 2))
            + try_cast(item_total_tax as decimal(18, 2)) as amount,
            try_cast(order_total as decimal(18, 2)) as total,
            try_cast(refunded_total as decimal(18, 2)) as refunded
        from {{ read_table(source('woocommerce', 'orders')) }}

    ),

    lines as (

        select
            *,
            row_number() over (partition by order_id order by item_id) as line_number,
            sum(amount) over (partition by order_id) as items_total
        from export

    ),

    {# A return is a line of its own. -#}
    parts as (

        select false as is_refund
        union all
        select true as is_refund

    )

    select
        lines.order_id,
        coalesce(lower(lines.billing_email), nullif(lines.customer_id, '0')) as customer_id,
        lines.order_date as purchased_at,
        case when parts.is_refund then -lines.refunded else lines.amount end as amount,
        case when parts.is_refund then '0' else lines.item_quantity end as quantity,
        case
            when not parts.is_refund then coalesce(lines.item_sku, lines.item_product_id)
        end as product_id,
        {# Shipping and fees, with their taxes: what the items leave of the total. -#}
        case
            when lines.line_number = 1 and not parts.is_refund
                then lines.total - lines.items_total
            else 0
        end as freight,
        lines.status as order_status,
        coalesce(lines.shipping_city, lines.billing_city) as city,
        coalesce(lines.shipping_state, lines.billing_state) as state,
        coalesce(lines.shipping_country, lines.billing_country) as country,
        coalesce(lines.shipping_postcode, lines.billing_postcode) as zip_code_prefix,
        lines.payment_method as payment_type,
        lines.order_currency as currency
    from lines
    cross join parts
    where (not parts.is_refund or (lines.line_number = 1 and lines.refunded > 0))
    {#- A shop with several currencies keeps one: and lines.order_currency = 'USD' #}
{%- endmacro %}
