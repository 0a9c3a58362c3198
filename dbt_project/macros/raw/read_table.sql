{# The lines of a shop's table that can be read, all values as text. #}
{% macro read_table(relation) -%}
    {%- if execute -%}
        {%- set table = raw_source(relation) -%}
        {{ adapter.dispatch('read_table')(table) }}
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__read_table(table) -%}
    {%- set path = raw_file(table.meta.file) | replace("'", "''") -%}
    {%- set header = run_query("select unnest(raw_file_header('" ~ path ~ "'))") -%}
    {%- set names = header.columns[0].values() -%}
    read_csv(
        '{{ modules.re.sub("([*?\\[])", "[\\1]", path) }}',
        auto_detect = false, header = true, strict_mode = true,
        delim = ',', quote = '"', escape = '"', nullstr = '',
        store_rejects = true,
        rejects_table = 'reject_errors_{{ table.name }}',
        rejects_scan = 'reject_scans_{{ table.name }}',
        columns = {
            {%- for name in names %}
            '{{ name | replace("'", "''") if name and name not in names[:loop.index0] else 'unused_' ~ loop.index }}': 'string'
            {{- ',' if not loop.last }}
            {%- endfor %}
        }
    )
{%- endmacro %}
