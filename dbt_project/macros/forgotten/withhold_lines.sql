{# Rejected lines, without their text if customers are forgotten: it may name them. #}
{% macro withhold_lines(rejects) -%}
    {%- if forgotten_list() -%}
        select
            source, file, line_number, line_count, column_name,
            split_part(reason, ':', 1) as reason,
            'withheld: it may be of a forgotten customer' as raw_line
        from ({{ rejects }})
    {%- else -%}
        {{ rejects }}
    {%- endif -%}
{%- endmacro %}
