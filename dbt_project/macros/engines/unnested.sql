{# One row for each element of an array. #}
{% macro unnested(array) -%}
    {{ adapter.dispatch('unnested')(array) }}
{%- endmacro %}

{% macro duckdb__unnested(array) -%}
    unnest({{ array }})
{%- endmacro %}

{% macro spark__unnested(array) -%}
    explode({{ array }})
{%- endmacro %}
