{# The lines of a raw CSV as text, each with its number from 0. #}
{% macro raw_lines(file) -%}
    (
        select
            *,
            monotonically_increasing_id() as record
        from raw_{{ file.name }}
    ) as lines
{%- endmacro %}
