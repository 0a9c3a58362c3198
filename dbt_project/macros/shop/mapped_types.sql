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
