{# Texts of a group in one, in a given order. #}
{% macro join_text(expression, separator, order_by) -%}
    {{ adapter.dispatch('join_text')(expression, separator, order_by) }}
{%- endmacro %}

{% macro duckdb__join_text(expression, separator, order_by) -%}
    string_agg({{ expression }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}

{% macro spark__join_text(expression, separator, order_by) -%}
    string_agg({{ expression }}, '{{ separator }}') within group (
        order by {{ order_by }}
    )
{%- endmacro %}
