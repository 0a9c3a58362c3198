{# Is it a date that an order of a shop can have, from 1900 to 2199? #}
{% macro is_plausible_date(expression) -%}
    {{ expression }} between timestamp '1900-01-01' and timestamp '2199-12-31'
{%- endmacro %}
