{# Stops a build with one sentence if an entry of the features is wrong. #}
{% macro check_features() -%}
    {%- set allowed = {
        'transform': ['none', 'log1p'],
        'word': ['adjective', 'noun', 'suffix'],
        'name': numeric_columns('customer_features')
    } -%}
    {%- set keys = ['name', 'transform', 'clip_quantile', 'word', 'high', 'low', 'phrase'] -%}
    {%- if var('feature_choice') not in ('list', 'auto') -%}
        {{ exceptions.raise_compiler_error(
            "variable feature_choice is '" ~ var('feature_choice')
            ~ "': it must be list or auto"
        ) }}
    {%- endif -%}
    {%- for feature in var('features') + var('further_features') if execute -%}
        {%- for key in keys -%}
            {%- set found = feature[key] | default('') -%}
            {%- if found is string and not found | trim -%}
                {{ exceptions.raise_compiler_error(
                    'variable features: '
                    ~ (feature.name | default('a feature without a name'))
                    ~ ' lacks ' ~ key ~ '; it needs ' ~ keys | join(', ')
                ) }}
            {%- elif key == 'name' and found not in allowed.name -%}
                {{ exceptions.raise_compiler_error(
                    'variable features: ' ~ found ~ ' must be a column of numbers in '
                    ~ 'models/segmentation/features/customer_features.yml, as in its SQL; there '
                    ~ 'are ' ~ allowed.name | join(', ')
                ) }}
            {%- elif key in allowed and found not in allowed[key] -%}
                {{ exceptions.raise_compiler_error(
                    'variable features: ' ~ key ~ ' of ' ~ feature.name ~ " is '"
                    ~ found ~ "'; it must be one of " ~ allowed[key] | join(', ')
                ) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
