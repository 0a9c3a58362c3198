{# The least value of an expression over clusters, whose number stands in place of each
   #; nulls do not count. #}
{% macro least_of(clusters, expression) -%}
    least(
        {%- for cluster in clusters %}
            {{ expression | replace('#', cluster | string) }}
            {{- ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
