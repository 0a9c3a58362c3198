{# Squared Euclidean distance between two relations that both have one column per
   feature of the list. #}
{% macro squared_distance(left, right) -%}
    {%- for feature in chosen_features() -%}
        {{ '+ ' if not loop.first -}}
        power({{ left }}.{{ feature.name }} - {{ right }}.{{ feature.name }}, 2)
        {%- if not loop.last %}
        {% endif %}
    {%- endfor -%}
{%- endmacro %}
