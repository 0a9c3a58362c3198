{# An input table of the shop as a query in brackets; none where the shop has none. #}
{% macro shop_table(table) -%}
    {%- set rows = none -%}
    {%- set written = context.get(shop() ~ '__' ~ table) -%}
    {%- if written -%}
        {%- set rows = '(' ~ written() ~ ') as shop_table' -%}
    {%- elif table == 'order_lines' and shop() != 'olist' -%}
        {%- set rows = '(' ~ mapped(source(shop(), table)) ~ ') as shop_table' -%}
    {%- endif -%}
    {%- if rows and table == 'order_lines' and reads_tables() -%}
        {%- set rows = whole_orders(rows) -%}
    {%- endif -%}
    {{ return(rows) }}
{%- endmacro %}
