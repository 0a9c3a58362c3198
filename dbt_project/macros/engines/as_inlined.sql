{# Between the name of a CTE and its query: compute it again wherever it is read. #}
{% macro as_inlined() -%}
    {{ adapter.dispatch('as_inlined')() }}
{%- endmacro %}

{% macro duckdb__as_inlined() -%}
    as not materialized
{%- endmacro %}

{% macro spark__as_inlined() -%}
    as
{%- endmacro %}
