{# The numbers that clusters can have: one more than k_max, as k_max + 1 is fitted too. #}
{% macro cluster_numbers() -%}
    {{ return(range(1, var('k_max') | int + 2)) }}
{%- endmacro %}
