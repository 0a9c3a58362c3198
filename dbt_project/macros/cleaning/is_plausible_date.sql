{# A date that an order of a shop can have; false for infinity. #}
{% macro is_plausible_date(expression) -%}
    {{ expression }} between timestamp '1900-01-01' and timestamp '2199-12-31'
{%- endmacro %}
