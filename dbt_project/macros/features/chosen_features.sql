{# The entries of the features to cluster on. #}
{% macro chosen_features() -%}
    {#- A unit test brings its own list and no tables. -#}
    {%- if var('feature_choice') != 'auto' or model.resource_type == 'unit_test' -%}
        {{ return(feature_entries('features')) }}
    {%- endif -%}
    {#- The ref lets whatever asks be built after the rule has picked. -#}
    {%- set parameters = ref('int_feature_parameters') -%}
    {%- if not execute or not load_cached_relation(parameters) -%}
        {{ return(feature_entries('features')) }}
    {%- endif -%}
    {%- set picked = run_query('select feature from ' ~ parameters).columns[0].values() -%}
    {{ return(feature_candidates() | selectattr('name', 'in', picked) | list) }}
{%- endmacro %}
