{# The lines of one raw CSV that can be read, with the types that its source's YAML
   gives; keep_rejects holds the others. Columns are found by name, so their order and
   further columns do not matter. #}
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
    {%- set path = raw_file(file.meta.file) | replace("'", "''") -%}
    {%- set header = run_query("select unnest(raw_file_header('" ~ path ~ "'))") -%}
    {%- set names = header.columns[0].values() or file.columns.keys() -%}
    {#- DuckDB takes the path for a pattern: brackets make each sign mean itself. -#}
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
