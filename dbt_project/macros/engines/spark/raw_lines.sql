{# The lines of a raw CSV as text, each with its number, from the view that find_rejects
   makes. A file with line breaks in quotes cannot be split, so one task reads it in
   order, and the number is that of the record, from 0. #}
{% macro raw_lines(file) -%}
    (
        select
            *,
            monotonically_increasing_id() as record
        from raw_{{ file.name }}
    ) as lines
{%- endmacro %}
