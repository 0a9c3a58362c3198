{# The entry of a raw file in the YAML of sources: its name, file and columns. #}
{% macro raw_source(relation) -%}
    {{ return(
        graph.sources.values()
        | selectattr('relation_name', 'equalto', relation | string) | first
    ) }}
{%- endmacro %}
