{# Spark's version of read_raw: the lines that find_rejects has not rejected. #}
{% macro spark__read_raw(file) -%}
    (
        select
            {%- for column in file.columns.values() %}
                {{ cast_raw(column) }} as {{ column.name }}
                {{- ',' if not loop.last }}
            {%- endfor %}
        from {{ raw_lines(file) }}
        where record not in (select record from {{ rejects_of(this) }})
    )
{%- endmacro %}
