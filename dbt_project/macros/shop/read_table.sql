{# The rows of a shop's table that can be read, and that its filter wants. #}
{% macro read_table(relation) -%}
    {%- if reads_tables() -%}
        {%- set table = raw_source(relation) -%}
        {%- do load_table(table) -%}
        {{ read_rows(table) }}
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}

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
            and ({{ table.meta.filter }})
        {%- endif %}
    )
{%- endmacro %}

{# A name as SQL wants it. #}
{% macro quoted(name) -%}
    {{ '`' ~ name ~ '`' if target.type == 'spark' else '"' ~ name | replace('"', '""') ~ '"' }}
{%- endmacro %}

{# The columns of a table that load_table has read. #}
{% macro column_names(table) -%}
    {{ return(
        run_query('select * from raw_' ~ table.name ~ ' limit 0').column_names
        | reject('in', ['raw_file', 'raw_record']) | list
    ) }}
{%- endmacro %}

{# The types that the YAML of a table gives to columns, but for text. #}
{% macro declared_types(table) -%}
    {%- set types = {} -%}
    {%- for column in table.columns.values()
        if column.data_type and not is_text(column.data_type) -%}
        {%- do types.update({column.name: column.data_type}) -%}
    {%- endfor -%}
    {{ return(types) }}
{%- endmacro %}
