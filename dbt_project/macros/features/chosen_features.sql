{# The entries of the features clustered on. #}
{% macro chosen_features() -%}
    {#- A unit test brings its own list and no tables. -#}
    {%- if model.resource_type == 'unit_test' -%}
        {{ return(feature_entries('features')) }}
    {%- endif -%}
    {#- The ref lets whatever asks be built after the fit has picked. -#}
    {%- set parameters = ref('int_feature_parameters') -%}
    {%- set picked = run_query('select feature from ' ~ parameters).columns[0].values()
        if execute and load_cached_relation(parameters) else [] -%}
    {%- set entries = feature_candidates() | selectattr('name', 'in', picked) | list -%}
    {#- Before the first fit, and where nothing varies, which check_enough_customers
        refuses. -#}
    {{ return(entries or feature_entries('features')) }}
{%- endmacro %}
