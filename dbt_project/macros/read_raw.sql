{# The rows of one raw CSV, with the types that its source's YAML gives. Columns
   are found by name, so their order and further columns do not matter. #}
{% macro read_raw(name) -%}
    {#- Resolved for the lineage: the file itself is read by path. -#}
    {%- do source('olist', name) -%}
    {%- if execute -%}
        {{ adapter.dispatch('read_raw')(
            graph.sources['source.olist_segments.olist.' ~ name]
        ) }}
    {%- else -%}
        (select 1)
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__read_raw(file) -%}
    read_csv(
        '{{ raw_file(file.meta.file) | replace("'", "''") }}',
        header = true, delim = ',', quote = '"', escape = '"', nullstr = '',
        types = {
            {%- for column in file.columns.values() %}
            '{{ column.name }}': '{{ column.data_type }}'
            {{- ',' if not loop.last }}
            {%- endfor %}
        }
    )
{%- endmacro %}
