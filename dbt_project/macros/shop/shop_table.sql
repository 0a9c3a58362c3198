{# An input table of the shop as a query in brackets; none where the shop has none. #}
{% macro shop_table(table) -%}
    {%- set written = context.get(shop() ~ '__' ~ table) -%}
    {%- if written -%}
        {{ return('(' ~ written() ~ ') as shop_table') }}
    {%- elif table == 'order_lines' and shop() != 'olist' -%}
        {{ return('(' ~ mapped(source(shop(), table)) ~ ') as shop_table') }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
