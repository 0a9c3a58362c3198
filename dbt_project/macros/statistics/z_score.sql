{# How many standard deviations a number found lies above (or below) what a random draw
   gives: of `total`, `marked` are marked, and `drawn` are drawn without replacement.
   Hypergeometric, known as the test value; see the doc block z_score. Two decimals;
   null where nothing can vary. #}
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
