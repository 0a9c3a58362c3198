{# Entries that a fit may cluster on: the list, or all that the rule goes through. #}
{% macro feature_candidates() -%}
    {%- set is_auto = var('feature_choice') == 'auto' -%}
    {{ return(worded_features() if is_auto else feature_entries('features')) }}
{%- endmacro %}
