{# The mean of whole numbers or decimals: their exact sum divided by their number. #}
{% macro exact_mean(column, condition='true') -%}
    cast(sum({{ column }}) filter (where {{ condition }}) as double)
    / nullif(count({{ column }}) filter (where {{ condition }}), 0)
{%- endmacro %}
