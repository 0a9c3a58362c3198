{# Names of all numbers in customer_features, in the order in which the rule for features
   looks at them: features, further_features, then those that no entry speaks of. #}
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
