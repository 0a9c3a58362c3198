{# The lines of a raw CSV that can be read, with the types that its YAML gives. #}
{% macro read_raw(relation, forgotten_ids=none, is_inverse=false) -%}
    {%- if execute -%}
        {%- set file = raw_source(relation) -%}
        {{ without_forgotten(
            without_null_words(
                file.columns.values(), adapter.dispatch('read_raw')(file)
            ),
            file.columns, forgotten_ids, is_inverse
        ) }}
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__read_raw(file) -%}
    {%- set path = raw_file(file.meta.file) | replace("'", "''") -%}
    {%- set header = run_query("select unnest(raw_file_header('" ~ path ~ "', ','))") -%}
    {%- set names = header.columns[0].values() or file.columns.keys() | list -%}
    {%- set days = date_columns(file, path) -%}
    {#- DuckDB takes the path for a pattern: brackets make each character mean itself. A
        cast of a day to a time would be done by its reader, which then wants times. -#}
    (
        select
            {%- for name in file.columns %}
            {{ name ~ " + time '00:00:00' as " if name in days }}{{ name }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        from read_csv(
            '{{ modules.re.sub("([*?\\[])", "[\\1]", path) }}',
            auto_detect = false, header = true, strict_mode = true,
            delim = ',', quote = '"', escape = '"', nullstr = '',
            timestampformat = '%Y-%m-%d %H:%M:%S', dateformat = '%Y-%m-%d',
            store_rejects = true,
            rejects_table = 'reject_errors_{{ file.name }}',
            rejects_scan = 'reject_scans_{{ file.name }}',
            columns = {
                {%- for name in names %}
                {%- if name in file.columns %}
                '{{ name }}': '{{ 'date' if name in days else file.columns[name].data_type }}'
                {%- else %}
                'unused_{{ loop.index }}': 'string'
                {%- endif %}
                {{- ',' if not loop.last }}
                {%- endfor %}
            }
        )
        where not {{ repeats_header(file, names) }}
    ) as lines
{%- endmacro %}
