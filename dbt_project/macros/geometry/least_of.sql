{# The least value of an expression over clusters. #}
{% macro least_of(clusters, expression) -%}
    least(
        {%- for cluster in clusters %}
            {{ expression | replace('#', cluster | string) }}
            {{- ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
