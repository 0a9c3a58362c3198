{# The rows of a shop's table that can be read, and that its filter wants. #}
{% macro read_table(relation) -%}
    {%- if reads_tables() -%}
        {%- set table = raw_source(relation) -%}
        {%- do load_table(table) -%}
        {{ read_rows(table) }}
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}
