{# Squared Euclidean distance between two relations that both have one column per
   feature of the list; those of the right one may carry a suffix. Products, as power()
   takes eleven times as long in DuckDB. #}
{% macro squared_distance(left, right, suffix='') -%}
    {%- for feature in chosen_features() -%}
        {%- set gap = '(' ~ left ~ '.' ~ feature.name ~ ' - '
            ~ right ~ '.' ~ feature.name ~ suffix ~ ')' -%}
        {{ '+ ' if not loop.first -}}
        {{ gap }} * {{ gap }}
        {%- if not loop.last %}
        {% endif %}
    {%- endfor -%}
{%- endmacro %}
