{# The columns that an input table of the shop has. #}
{% macro input_columns(table) -%}
    {%- set rows = shop_table(table) -%}
    {{ return(
        run_query('select * from ' ~ rows ~ ' limit 0').column_names | list
        if execute and rows else []
    ) }}
{%- endmacro %}
