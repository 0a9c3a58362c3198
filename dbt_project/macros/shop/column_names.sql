{# The columns of a table that load_table has read. #}
{% macro column_names(table) -%}
    {{ return(
        run_query('select * from raw_' ~ table.name ~ ' limit 0').column_names
        | reject('in', ['raw_file', 'raw_record']) | list
    ) }}
{%- endmacro %}
