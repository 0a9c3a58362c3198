{# Squared Euclidean distance between two relations with one column per feature. #}
{% macro squared_distance(left, right, suffix='', features=none) -%}
    {%- for feature in features or chosen_features() -%}
        {%- set gap = '(' ~ left ~ '.' ~ feature.name ~ ' - '
            ~ right ~ '.' ~ feature.name ~ suffix ~ ')' -%}
        {{ '+ ' if not loop.first -}}
        {{ gap }} * {{ gap }}
        {%- if not loop.last %}
        {% endif %}
    {%- endfor -%}
{%- endmacro %}
