{# The table of a model if it exists, for macros that look before the model is built. #}
{% macro model_relation(name) -%}
    {%- set node = graph.nodes['model.olist_segments.' ~ name] -%}
    {{ return(load_cached_relation(
        api.Relation.create(node.database, node.schema, node.alias)
    )) }}
{%- endmacro %}
