{# Names of the numeric columns of a model with a contract, in order. #}
{% macro numeric_columns(model) -%}
    {%- set names = [] -%}
    {%- if execute -%}
        {%- set columns = graph.nodes['model.olist_segments.' ~ model].columns -%}
        {%- for column in columns.values() -%}
            {%- set is_number = column.data_type.split('(')[0] in (
                'bigint', 'decimal', 'double'
            ) -%}
            {%- if is_number -%}
                {%- do names.append(column.name) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(names) }}
{%- endmacro %}
