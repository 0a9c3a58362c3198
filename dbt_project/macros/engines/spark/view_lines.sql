{# Makes a temporary view of the lines of a shop's CSV, all values as text. #}
{% macro view_lines(file) -%}
    {%- call statement('view') -%}
        create or replace temporary view {{ file.rows }} (
            {%- for name in file.names %}
            {{ quoted(name) }} string,
            {%- endfor %}
            corrupt_record string
        ) using csv options (
            path '{{ modules.re.sub('([{])', '[\\1]', file.pattern) }}', header 'true',
            multiLine 'true', encoding 'UTF-8', sep '{{ file.delimiter }}',
            quote '"', escape '"', maxCharsPerColumn '-1', mode 'PERMISSIVE',
            columnNameOfCorruptRecord 'corrupt_record'
        )
    {%- endcall -%}
{%- endmacro %}
