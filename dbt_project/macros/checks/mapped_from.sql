{# The column of the shop that an input column is mapped from, if it is mapped. #}
{% macro mapped_from(name) -%}
    {%- set table = graph.sources.values() | selectattr('source_name', 'equalto', shop())
        | selectattr('name', 'equalto', 'order_lines') | first | default({}) -%}
    {{ return((table.get('meta', {}).get('columns') or {}).get(name, name)) }}
{%- endmacro %}
