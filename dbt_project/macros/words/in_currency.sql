{# An amount of money as text with the shop's currency: two decimals. #}
{% macro in_currency(amount) -%}
    {%- set currency = shop_settings().currency -%}
    concat(
        '{{ currency.prefix | replace("'", "''") }}',
        cast(cast({{ amount }} as decimal(18, 2)) as string),
        '{{ currency.suffix | replace("'", "''") }}'
    )
{%- endmacro %}
