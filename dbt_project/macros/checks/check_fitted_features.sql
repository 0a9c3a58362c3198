{# Stops a fit without features, and warns of those that do not vary. #}
{% macro check_fitted_features() -%}
    {%- if execute -%}
        {%- set fitted = run_query('select feature from ' ~ this).columns[0].values() -%}
        {#- What nobody has, such as reviews in a shop without any, needs no warning. -#}
        {%- set known = run_query(
            'select distinct feature from ' ~ ref('int_feature_values')
        ).columns[0].values() -%}
        {%- set constant = feature_entries('features') | map(attribute='name')
            | select('in', known) | reject('in', fitted) | list
            if var('feature_choice') == 'list' else [] -%}
        {%- if not fitted and var('feature_choice') == 'auto' -%}
            {{ exceptions.raise_compiler_error(
                'feature_choice is auto, and the rule takes no feature: '
                ~ 'int_feature_choice says why. Add others to further_features, or set '
                ~ 'feature_choice to list.'
            ) }}
        {%- elif constant -%}
            {%- do exceptions.warn(
                'The segments do not depend on ' ~ constant | join(', ') ~ ': after '
                ~ 'clipping, all customers have the same value. Raise clip_quantile, or '
                ~ 'take it out of features; feature_statistics says how it varies.'
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
