{# The order lines of a WooCommerce export, and a return for what was refunded. #}
{% macro woocommerce__order_lines() -%}
    with lines as (

        select
            *,
            item_total + item_total_tax as amount,
            row_number() over (partition by order_id order by item_id) as line_number,
            sum(item_total + item_total_tax) over (partition by order_id) as items_total
        from {{ read_table(source('woocommerce', 'orders')) }}

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
        case when parts.is_refund then -lines.refunded_total else lines.amount end as amount,
        case when parts.is_refund then 0 else lines.item_quantity end as quantity,
        case
            when not parts.is_refund then coalesce(lines.item_sku, lines.item_product_id)
        end as product_id,
        {# Shipping and fees, with their taxes: what the items leave of the total. -#}
        case
            when lines.line_number = 1 and not parts.is_refund
                then lines.order_total - lines.items_total
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
    where not parts.is_refund or (lines.line_number = 1 and lines.refunded_total > 0)
{%- endmacro %}
