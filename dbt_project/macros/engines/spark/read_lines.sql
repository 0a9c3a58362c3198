{# Makes a temporary view of a raw CSV's lines; returns the names in its header. #}
{% macro read_lines(file, path) -%}
    {%- set header = run_query("select explode(raw_file_header('" ~ path ~ "', ','))") -%}
    {%- set names = header.columns[0].values() or file.columns.keys() | list -%}
    {#- Spark takes the path for a pattern: brackets make each sign mean itself. -#}
    {%- set pattern = modules.re.sub('([*?\\[{])', '[\\1]', path) -%}
    {%- call statement('view') -%}
        create or replace temporary view raw_{{ file.name }} (
            {%- for name in names %}
            {{ name if name in file.columns else 'unused_' ~ loop.index }} string,
            {%- endfor %}
            corrupt_record string
        ) using csv options (
            path '{{ pattern }}', header 'true', multiLine 'true', encoding 'UTF-8',
            quote '"', escape '"', maxCharsPerColumn '-1', mode 'PERMISSIVE',
            columnNameOfCorruptRecord 'corrupt_record'
        )
    {%- endcall -%}
    {{ return(names) }}
{%- endmacro %}
