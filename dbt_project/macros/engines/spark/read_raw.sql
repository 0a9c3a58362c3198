{# Spark's version of read_raw: the lines that find_rejects has not rejected. #}
{% macro spark__read_raw(file) -%}
    {%- set days = date_columns(file, raw_file(file.meta.file) | replace("'", "''")) -%}
    (
        select
            {%- for column in file.columns.values() %}
                {{ cast_raw(column, days) }} as {{ column.name }}
                {{- ',' if not loop.last }}
            {%- endfor %}
        from {{ raw_lines(file) }}
        where record not in (select record from {{ rejects_of(this) }})
    ) as lines
{%- endmacro %}
