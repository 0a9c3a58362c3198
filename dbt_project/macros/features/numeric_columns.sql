{# Names of the numeric columns of a model with a contract, in order. #}
{% macro numeric_columns(model, types=('bigint', 'decimal', 'double')) -%}
    {%- set names = [] -%}
    {%- if execute -%}
        {%- set columns = graph.nodes['model.olist_segments.' ~ model].columns -%}
        {%- for column in columns.values() -%}
            {%- if column.data_type.split('(')[0] in types -%}
                {%- do names.append(column.name) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(names) }}
{%- endmacro %}
