{# The rows of a table that load_table has read. #}
{% macro read_rows(table) -%}
    {%- set types = declared_types(table) -%}
    (
        select
            {%- for name in column_names(table) %}
            {{ read_value(quoted(name), types[name], table) if name in types else quoted(name) }}
                as {{ quoted(name) }},
            {%- endfor %}
            raw_file,
            raw_record
        from raw_{{ table.name }}
        where true
        {%- if types %}
            and {{ unread_column(types, table) }} is null
        {%- endif %}
        {%- if table.meta.filter %}
            and ({{ as_written(table.meta.filter) }})
        {%- endif %}
    )
{%- endmacro %}
