{# A table of the shop with the columns that its mapping gives. #}
{% macro mapped(relation) -%}
    select
        {%- if execute %}
        {%- for name, expression in raw_source(relation).meta.columns.items() %}
        {{ expression }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
        {%- else %}
        *
        {%- endif %}
    from {{ read_table(relation) }}
{%- endmacro %}
