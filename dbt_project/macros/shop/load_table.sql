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

{# The files of a table, or the table itself where it has none, and how they are read. #}
{% macro table_files(table) -%}
    {%- set files = [] -%}
    {%- if not table.meta.file -%}
        {%- do files.append({
            'name': table.identifier, 'rows': table.relation_name, 'is_csv': false
        }) -%}
    {%- endif -%}
    {%- for name, path in find_table_files(table) -%}
        {%- set path = path | replace("'", "''") -%}
        {%- set pattern = modules.re.sub('([*?\\[])', '[\\1]', path) -%}
        {%- if path.lower().endswith('.parquet') -%}
            {%- do files.append({
                'name': name, 'is_csv': false, 'rows': "read_parquet('" ~ pattern ~ "')"
            }) -%}
        {%- else -%}
            {%- set delimiter = table.meta.get('delimiter', ',') -%}
            {%- set names = header_names(path, delimiter) -%}
            {%- set same = [] -%}
            {%- for one in names[1:] or names -%}
                {%- do same.append(quoted(one) ~ " = '" ~ one | replace("'", "''") ~ "'") -%}
            {%- endfor -%}
            {%- do files.append({
                'name': name, 'is_csv': true, 'path': path, 'delimiter': delimiter,
                'names': names,
                'errors': table.name ~ '_' ~ loop.index,
                'rows': read_csv(pattern, delimiter, names, table.name ~ '_' ~ loop.index),
                'repeats_header': 'coalesce(' ~ same | join(' and ') ~ ', false)'
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(files) }}
{%- endmacro %}

{# The names and the readable paths of the files of a table. #}
{% macro find_table_files(table) -%}
    {%- if not table.meta.file -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set found = "raw_table_files('" ~ raw_file('') | replace("'", "''") ~ "', '"
        ~ table.meta.file | replace("'", "''") ~ "', '"
        ~ table.meta.get('encoding', 'utf-8') ~ "')" -%}
    {{ return(run_query(
        ('select inline(' ~ found ~ ')') if target.type == 'spark'
        else ('select unnest(' ~ found ~ ', recursive := true)')
    ).rows) }}
{%- endmacro %}

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

{# How DuckDB reads a CSV as text. #}
{% macro read_csv(pattern, delimiter, names, errors) -%}
    read_csv(
        '{{ pattern }}',
        auto_detect = false, header = true, strict_mode = true,
        delim = '{{ delimiter }}', quote = '"', escape = '"', nullstr = '',
        store_rejects = true,
        rejects_table = 'reject_errors_{{ errors }}',
        rejects_scan = 'reject_scans_{{ errors }}',
        columns = {
            {%- for name in names %}
            '{{ name | replace("'", "''") }}': 'string'{{ ',' if not loop.last }}
            {%- endfor %}
        }
    )
{%- endmacro %}
