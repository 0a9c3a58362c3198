{# A table of the shop with the columns that its mapping gives, in the model's types. #}
{% macro mapped(relation) -%}
    {%- if reads_tables() -%}
        {%- set table = raw_source(relation) -%}
        {%- do load_table(table) -%}
        {%- set types = mapped_types(table) -%}
        select
            {%- for name, type in types.items() %}
            {{ read_value(quoted(name), type, table) }} as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from ({{ mapped_values(table) }}) as mapped_values
        where {{ unread_column(types, table) }} is null
    {%- else -%}
        select * from {{ relation }}
    {%- endif -%}
{%- endmacro %}
