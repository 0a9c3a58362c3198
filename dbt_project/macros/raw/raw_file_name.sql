{# The name of a source's raw file. #}
{% macro raw_file_name(source) -%}
    {%- if execute -%}
        {{ graph.sources['source.olist_segments.olist.' ~ source].meta.file }}
    {%- endif -%}
{%- endmacro %}
