{# One row per customer and feature clustered on, from columns of a relation. #}
{% macro long_features(customers) -%}
    {{ long_columns(
        customers, chosen_features() | map(attribute='name') | list,
        'customer_unique_id'
    ) }}
{%- endmacro %}
