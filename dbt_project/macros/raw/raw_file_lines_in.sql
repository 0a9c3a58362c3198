{# The number of lines in a raw file, without its header and empty lines. #}
{% macro raw_file_lines_in(file) -%}
    {{ run_query(
        "select raw_file_line_count('" ~ raw_file(file) | replace("'", "''") ~ "')"
    ).rows[0][0] }}
{%- endmacro %}
