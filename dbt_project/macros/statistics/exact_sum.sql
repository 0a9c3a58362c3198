{# A sum of numbers with a fraction that does not depend on the order of rows or
   threads: added up as decimals. #}
{% macro exact_sum(expression) -%}
    cast(sum(cast({{ expression }} as decimal(38, 12))) as double)
{%- endmacro %}
