{# Is a number found too far from that of a random draw to be chance? #}
{% macro is_beyond_chance(found, drawn, marked, total) -%}
    {%- set expected = 'cast(' ~ drawn ~ ' as double) * ' ~ marked ~ ' / ' ~ total -%}
    coalesce(
        abs({{ z_score(found, drawn, marked, total) }}) >= 3
        and (
            {{ expected }} >= 5
            or (
                {{ found }} >= 5
                and {{ found }} * ln(greatest({{ found }}, 1) / ({{ expected }}))
                - {{ found }} + {{ expected }} >= ln(740)
            )
        ), false
    )
{%- endmacro %}
