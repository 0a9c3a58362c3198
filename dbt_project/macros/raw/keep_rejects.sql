{# Keeps the lines of raw CSVs that DuckDB could not read, beside the staging model. #}
{% macro keep_rejects() -%}
    create or replace table {{ rejects_of(this) }} as
    {% for name in model.sources -%}
        select * from (
            {{ rejected_lines(raw_source(source(*name))) }}
        ) as of_file_{{ loop.index }}
        union all
    {% endfor -%}
    select
        '' as source, '' as file, 0 as line_number, 0 as line_count,
        '' as column_name, '' as reason, '' as raw_line
    where false
{%- endmacro %}
