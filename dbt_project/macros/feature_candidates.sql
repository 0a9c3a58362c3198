{# The entries of all features that the configuration may cluster on. #}
{% macro feature_candidates() -%}
    {{ return(
        var('features')
        + (var('further_features') if var('feature_choice') == 'auto' else [])
    ) }}
{%- endmacro %}
