{# The price of an order line, of all its pieces. #}
{% macro line_amount(given) -%}
    cast(
        {% if 'amount' in given -%}
            try_cast(amount as decimal(18, 6))
        {%- elif 'quantity' in given -%}
            try_cast(quantity as decimal(18, 4)) * try_cast(unit_price as decimal(18, 6))
        {%- else -%}
            try_cast(unit_price as decimal(18, 6))
        {%- endif %}
        as decimal(18, 6)
    )
{%- endmacro %}
