{# Whether a column of a model with a contract may be null. #}
{% macro may_be_missing(table, column) -%}
    {#- A unit test has no graph. -#}
    {%- if not execute or model.resource_type == 'unit_test' -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set columns = graph.nodes['model.olist_segments.' ~ table].columns -%}
    {%- set kinds = columns[column].constraints | map(attribute='type') | list -%}
    {{ return('not_null' not in kinds) }}
{%- endmacro %}
