{# The entries of the features to cluster on. #}
{% macro chosen_features() -%}
    {%- set listed = var('features') -%}
    {%- if var('feature_choice') == 'auto' and execute -%}
        {%- set parameters = model_relation('int_feature_parameters') -%}
        {%- if parameters -%}
            {%- set picked = run_query(
                'select feature from ' ~ parameters ~ ' order by position'
            ).columns[0].values() -%}
            {%- set listed = [] -%}
            {%- for feature in feature_candidates()
                if feature.name in picked -%}
                {%- do listed.append(feature) -%}
            {%- endfor -%}
            {{ return(listed) }}
        {%- endif -%}
    {%- endif -%}
    {{ return(listed) }}
{%- endmacro %}
