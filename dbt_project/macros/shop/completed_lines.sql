{# Order lines of a shop, completed with what follows from other columns. #}
{% macro completed_lines(order_lines) -%}
    {%- set given = order_lines.columns -%}
    {%- set settings = shop_settings() -%}
    (
        select
            {% if 'order_id' in given -%}
                order_id,
            {%- else -%}
                concat(
                    coalesce(customer_id, 'guest'), ' ', cast(purchased_at as date)
                ) as order_id,
            {%- endif %}
            customer_id,
            product_id,
            seller_id,
            category,
            lower(trim(order_status)) as order_status,
            city,
            coalesce(state, country) as state,
            country,
            zip_code_prefix,
            lower(trim(payment_type)) as payment_type,
            currency,
            {{ 'quantity' if 'quantity' in given else 'cast(1 as decimal(18, 4))' }}
                as quantity,
            unit_price,
            {% if 'quantity' in given -%}
                {#- Whatever sign the amount has: what was given back lowers the spend. -#}
                case
                    when quantity < 0 then -abs({{ line_amount(given) }})
                    else {{ line_amount(given) }}
                end as amount,
            {%- else -%}
                {{ line_amount(given) }} as amount,
            {%- endif %}
            coalesce(freight, 0) as freight,
            order_total,
            order_freight,
            order_refunded,
            installments,
            review_score,
            purchased_at,
            delivered_at,
            promised_at,
            has_null_word
        from {{ order_lines.rows }}
        {%- if settings.other_currencies == 'exclude' %}
        where
            currency is null
            or upper(trim(currency)) = '{{ settings.currency.code | upper }}'
        {%- endif %}
    ) as completed_rows
{%- endmacro %}
