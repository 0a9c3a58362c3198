{# A bound of the Wilson interval of a share. #}
{% macro wilson_bound(found, total, side, z=1.96) -%}
    {%- set total = 'cast(' ~ total ~ ' as double)' -%}
    {%- set share = '(' ~ found ~ ' / ' ~ total ~ ')' -%}
    (
        {{ share }} + {{ (z * z / 2) | round(6) }} / {{ total }}
        {{ '-' if side == 'low' else '+' }} {{ z }} * sqrt(
            {{ share }} * (1 - {{ share }}) / {{ total }}
            + {{ (z * z / 4) | round(6) }} / {{ total }} / {{ total }}
        )
    ) / (1 + {{ (z * z) | round(6) }} / {{ total }})
{%- endmacro %}
