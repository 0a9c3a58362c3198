{# All entries of features, then those of further_features that are not among them. #}
{% macro worded_features() -%}
    {%- set entries, names = [], [] -%}
    {%- for feature in feature_entries('features') + feature_entries('further_features')
        if feature.name not in names -%}
        {%- do entries.append(feature) -%}
        {%- do names.append(feature.name) -%}
    {%- endfor -%}
    {{ return(entries) }}
{%- endmacro %}
