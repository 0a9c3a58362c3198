{# The number of the cluster for which an expression has its least value. #}
{% macro which_is_least(clusters, expression) -%}
    case {{ least_of(clusters, expression) }}
        {%- for cluster in clusters %}
            when {{ expression | replace('#', cluster | string) }} then {{ cluster }}
        {%- endfor %}
    end
{%- endmacro %}
