{# Reads a table of the shop as it is, into a temporary table. #}
{% macro load_table(table) -%}
    {{ return(adapter.dispatch('load_table')(table)) }}
{%- endmacro %}

{% macro duckdb__load_table(table) -%}
    {%- call statement('load_table') -%}
        create or replace temporary table raw_{{ table.name }} as
        {% for file in table_files(table) -%}
            select * from (
                select
                    '{{ file.name | replace("'", "''") }}' as raw_file,
                    row_number() over () - 1 as raw_record,
                    *
                from {{ file.rows }}
            )
            {{ 'where not ' ~ file.repeats_header if file.repeats_header }}
            {{ 'union all by name' if not loop.last }}
        {% endfor %}
    {%- endcall -%}
{%- endmacro %}
