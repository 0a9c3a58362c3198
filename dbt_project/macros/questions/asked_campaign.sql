{# The name of the campaign that a question is about. #}
{% macro asked_campaign() -%}
    {%- set listed = listed_customers() -%}
    {%- set names = run_query(
        'select campaign from ' ~ listed ~ ' as listed group by campaign '
        ~ 'order by max(listed_at) desc, campaign'
    ).columns[0].values() | list if execute else [] -%}
    {%- set asked = var('campaign', '') | string -%}
    {%- set is_from_call = 'campaign' in invocation_args_dict.get('vars', {}) -%}
    {%- if execute and asked and asked not in names and is_from_call -%}
        {{ exceptions.raise_compiler_error(
            "variable campaign is '" ~ asked ~ "': " ~ (
                'it must be one of ' ~ names | join(', ') if names
                else 'no campaign was exported yet, as by `olist-segments export '
                ~ '--campaign`'
            )
        ) }}
    {%- endif -%}
    {{ text_or_null(asked if asked in names else names | first) }}
{%- endmacro %}
