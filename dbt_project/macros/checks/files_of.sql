{# The file or table of a shop that a staging model reads; the model's source for Olist. #}
{% macro files_of(source) -%}
    {%- set table = graph.sources.values() | selectattr('source_name', 'equalto', shop())
        | selectattr('name', 'equalto', 'order_lines') | first
        if execute and shop() != 'olist' -%}
    {%- if not table or context.get(shop() ~ '__' ~ source)
        or context.get(shop() ~ '__order_lines') -%}
        {{ return(source) }}
    {%- endif -%}
    {%- set names = find_table_files(table) | map('first') | list -%}
    {{ return(names[0] if names | length == 1 else table.meta.file or table.identifier) }}
{%- endmacro %}
