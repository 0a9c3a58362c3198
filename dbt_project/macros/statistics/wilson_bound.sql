{# A bound of the 95% Wilson interval of a share. #}
{% macro wilson_bound(found, total, side) -%}
    {%- set total = 'cast(' ~ total ~ ' as double)' -%}
    {%- set share = '(' ~ found ~ ' / ' ~ total ~ ')' -%}
    (
        {{ share }} + 1.9207 / {{ total }}
        {{ '-' if side == 'low' else '+' }} 1.96 * sqrt(
            {{ share }} * (1 - {{ share }}) / {{ total }}
            + 0.9604 / {{ total }} / {{ total }}
        )
    ) / (1 + 3.8416 / {{ total }})
{%- endmacro %}
