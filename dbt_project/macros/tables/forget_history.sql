{# Drops the history of segments, for a replay that writes it again. #}
{% macro forget_history() -%}
    {%- set node = graph.nodes['snapshot.olist_segments.customer_segment_history'] -%}
    {%- do adapter.drop_relation(
        api.Relation.create(node.database, node.schema, node.alias, type='table')
    ) -%}
{%- endmacro %}
