{# Keeps the lines of a raw CSV that DuckDB could not read, beside the staging model. #}
{% macro keep_rejects() -%}
    create or replace table {{ rejects_of(this) }} as
    {%- set file = raw_source(source(*model.sources[0])) %}
    {{ withhold_lines(rejected_lines(
        file, file.name, file.meta.file, raw_file(file.meta.file) | replace("'", "''"), ','
    )) }}
{%- endmacro %}
