{# The source of a raw file as its YAML describes it: name, file and columns. #}
{% macro raw_source(relation) -%}
    {{ return(
        graph.sources.values()
        | selectattr('relation_name', 'equalto', relation | string) | first
    ) }}
{%- endmacro %}
