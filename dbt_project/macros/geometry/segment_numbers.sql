{# The numbers that segments of the current model can have. #}
{% macro segment_numbers() -%}
    {#- The ref lets whatever asks be built after the fit has chosen. -#}
    {%- set clusters = ref('int_chosen_clusters') -%}
    {#- A unit test has no tables. -#}
    {%- if execute and model.resource_type != 'unit_test'
        and load_cached_relation(clusters) -%}
        {%- set k = run_query('select max(k) from ' ~ clusters).rows[0][0] -%}
        {{ return(range(1, k | int + 1)) }}
    {%- endif -%}
    {{ return(cluster_numbers()) }}
{%- endmacro %}
