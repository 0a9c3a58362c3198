{# The mean of whole numbers or decimals, of the rows where a condition holds: their exact
   sum by their number. Spark's avg rounds a mean of decimals, to four decimals more. #}
{% macro exact_mean(column, condition='true') -%}
    cast(sum({{ column }}) filter (where {{ condition }}) as double)
    / nullif(count({{ column }}) filter (where {{ condition }}), 0)
{%- endmacro %}
