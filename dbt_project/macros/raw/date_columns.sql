{# The columns of a raw CSV, of those that are times, that have days without a time. #}
{% macro date_columns(file, path) -%}
    {%- set times = file.columns.values() | selectattr('data_type', 'equalto', 'timestamp')
        | map(attribute='name') | list -%}
    {%- set days = run_query(
        'select ' ~ ('explode' if target.type == 'spark' else 'unnest')
        ~ "(raw_file_date_columns('" ~ path ~ "'))"
    ).columns[0].values() if times else [] -%}
    {{ return(times | select('in', days) | list) }}
{%- endmacro %}
