{# Order lines, completed by what is known of their orders. #}
{% macro whole_orders(lines) -%}
    {%- set given = run_query('select * from ' ~ lines ~ ' limit 0').column_names | list -%}
    {%- if 'order_id' in given -%}
        {%- set lines = filled_orders(lines, given) -%}
        {%- if 'order_total' in given -%}
            {%- set lines = spread_totals(lines, given) -%}
            {%- set given = given + ['amount', 'freight'] -%}
        {%- endif -%}
        {%- if 'order_refunded' in given -%}
            {%- set lines = with_refunds(lines, given | unique | list) -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(lines) }}
{%- endmacro %}
