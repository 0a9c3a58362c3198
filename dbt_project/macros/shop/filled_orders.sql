{# Order lines, each with what only the first line of its order may say. #}
{% macro filled_orders(lines, given) -%}
    {%- set of_order = [
        'customer_id', 'purchased_at', 'order_status', 'city', 'state', 'country',
        'zip_code_prefix', 'payment_type', 'currency', 'order_total', 'order_freight',
        'order_refunded'
    ] -%}
    (
        select
            {%- for name in given %}
            {% if name in of_order -%}
                case
                    when {{ name }} is not null or order_id is null then {{ name }}
                    else max({{ name }}) over (partition by order_id)
                end as {{ name }}
            {%- else -%}
                {{ name }}
            {%- endif %}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ lines }}
    ) as filled_orders
{%- endmacro %}
