{# Names of all numbers in customer_features, as the rule for features takes them. #}
{% macro feature_order() -%}
    {%- set names = [] -%}
    {%- for feature in worded_features() -%}
        {%- do names.append(feature.name) -%}
    {%- endfor -%}
    {%- for name in numeric_columns('customer_features') if name not in names -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}
