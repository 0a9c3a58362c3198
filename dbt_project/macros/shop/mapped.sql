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

{# The values that the mapping of a table gives, before they are read in their types. #}
{% macro mapped_values(table) -%}
    {%- set names = column_names(table) -%}
    select
        {%- for name, expression in table.meta.columns.items() %}
        {{ quoted(expression) if expression in names else expression }} as {{ name }},
        {%- endfor %}
        raw_file,
        raw_record
    from {{ read_rows(table) }} as table_rows
{%- endmacro %}

{# The types of the columns that the mapping of a table gives. #}
{% macro mapped_types(table) -%}
    {%- set node = model if model.name.startswith('stg_')
        else graph.nodes['model.olist_segments.stg_lines'] -%}
    {%- set types = {} -%}
    {%- for name in table.meta.columns or {} if name in node.columns -%}
        {%- do types.update({name: node.columns[name].data_type}) -%}
    {%- endfor -%}
    {{ return(types) }}
{%- endmacro %}
