{# All entries of features, then those of further_features that are not among them. #}
{% macro worded_features() -%}
    {%- set entries, names = [], [] -%}
    {%- for feature in var('features') + var('further_features')
        if feature.name not in names -%}
        {%- do entries.append(feature) -%}
        {%- do names.append(feature.name) -%}
    {%- endfor -%}
    {{ return(entries) }}
{%- endmacro %}
