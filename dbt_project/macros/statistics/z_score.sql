{# How many standard deviations a number found lies above what a random draw gives. #}
{% macro z_score(found, drawn, marked, total) -%}
    {%- set drawn = 'cast(' ~ drawn ~ ' as double)' -%}
    {%- set total = 'cast(' ~ total ~ ' as double)' -%}
    {%- set share = '(' ~ marked ~ ' / ' ~ total ~ ')' -%}
    round(
        ({{ found }} - {{ drawn }} * {{ share }})
        / nullif(
            sqrt(
                {{ drawn }} * {{ share }} * (1 - {{ share }})
                * ({{ total }} - {{ drawn }}) / nullif({{ total }} - 1, 0)
            ), 0
        ), 2
    )
{%- endmacro %}
