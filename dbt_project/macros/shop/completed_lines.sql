{# Order lines of a shop, completed with what follows from other columns. #}
{% macro completed_lines(order_lines) -%}
    {%- set given = order_lines.columns -%}
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
            cast(
                {{ 'amount' if 'amount' in given else (
                    'quantity * unit_price' if 'quantity' in given else 'unit_price'
                ) }} as decimal(22, 10)
            ) as amount,
            coalesce(freight, 0) as freight,
            installments,
            review_score,
            purchased_at,
            delivered_at,
            promised_at,
            has_null_word
        from {{ order_lines.rows }}
    ) as completed_rows
{%- endmacro %}
