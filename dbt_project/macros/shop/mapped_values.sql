{# The values that the mapping of a table gives, before they are read in their types. #}
{% macro mapped_values(table) -%}
    {%- set names = column_names(table) -%}
    select
        {%- for name, expression in table.meta.columns.items() %}
        {{ quoted(expression) if expression in names else as_written(expression) }} as {{ name }},
        {%- endfor %}
        raw_file,
        raw_record
    from {{ read_rows(table) }} as table_rows
{%- endmacro %}
