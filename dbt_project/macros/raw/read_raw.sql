{# The lines of a raw CSV that can be read, with the types that its YAML gives. #}
{% macro read_raw(relation) -%}
    {%- if execute -%}
        {{ adapter.dispatch('read_raw')(raw_source(relation)) }}
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__read_raw(file) -%}
    {%- set path = raw_file(file.meta.file) | replace("'", "''") -%}
    {%- set header = run_query("select unnest(raw_file_header('" ~ path ~ "'))") -%}
    {%- set names = header.columns[0].values() or file.columns.keys() -%}
    {#- DuckDB takes the path for a pattern: brackets make each character mean itself. -#}
    read_csv(
        '{{ modules.re.sub("([*?\\[])", "[\\1]", path) }}',
        auto_detect = false, header = true, strict_mode = true,
        delim = ',', quote = '"', escape = '"', nullstr = '',
        timestampformat = '%Y-%m-%d %H:%M:%S',
        store_rejects = true,
        rejects_table = 'reject_errors_{{ file.name }}',
        rejects_scan = 'reject_scans_{{ file.name }}',
        columns = {
            {%- for name in names %}
            {%- if name in file.columns %}
            '{{ name }}': '{{ file.columns[name].data_type }}'
            {%- else %}
            'unused_{{ loop.index }}': 'string'
            {%- endif %}
            {{- ',' if not loop.last }}
            {%- endfor %}
        }
    )
{%- endmacro %}
