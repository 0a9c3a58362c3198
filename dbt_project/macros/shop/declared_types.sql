{# The types that the YAML of a table gives to columns, but for text. #}
{% macro declared_types(table) -%}
    {%- set types = {} -%}
    {%- for column in table.columns.values()
        if column.data_type and not is_text(column.data_type) -%}
        {%- do types.update({column.name: column.data_type}) -%}
    {%- endfor -%}
    {{ return(types) }}
{%- endmacro %}
