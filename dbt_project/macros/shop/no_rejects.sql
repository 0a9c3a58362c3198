{# The columns of a table of rejects, without rows. #}
{% macro no_rejects() -%}
    select
        '' as source, '' as file, cast(0 as bigint) as line_number,
        cast(0 as bigint) as line_count, '' as column_name, '' as reason, '' as raw_line
    where false
{%- endmacro %}
