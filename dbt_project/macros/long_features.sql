{# One row per customer and feature clustered on, from columns of a relation. #}
{% macro long_features(customers) -%}
    {%- for feature in chosen_features() %}
    select
        customer_unique_id,
        '{{ feature.name }}' as feature,
        cast({{ feature.name }} as double) as feature_value
    from {{ customers }}
    {{- '
    union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
