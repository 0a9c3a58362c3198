{# The names in the header of a CSV, each once; unused_4 for the fourth without one. #}
{% macro header_names(path, delimiter) -%}
    {%- set header = run_query(
        'select ' ~ ('explode' if target.type == 'spark' else 'unnest')
        ~ "(raw_file_header('" ~ path ~ "', '" ~ delimiter ~ "'))"
    ).columns[0].values() -%}
    {%- set names = [] -%}
    {%- for name in header -%}
        {%- do names.append(
            name if name and name.lower() not in names | map('lower') | list
            else 'unused_' ~ loop.index
        ) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}
