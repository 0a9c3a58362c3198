{# One row per customer and feature clustered on, with its value as double. #}
{% macro long_features(customers) -%}
    select
        customers.customer_unique_id,
        names.feature,
        case names.feature
            {%- for feature in chosen_features() %}
                when '{{ feature.name }}' then cast(customers.{{ feature.name }} as double)
            {%- endfor %}
        end as feature_value
    from {{ customers }} as customers
    cross join (
        values
        {% for feature in chosen_features() -%}
            ('{{ feature.name }}'){{ ',' if not loop.last }}
        {% endfor %}
    ) as names (feature)
{%- endmacro %}
