{# One row per customer and feature clustered on, with its value as double. #}
{% macro long_features(customers, keys=['customer_unique_id']) -%}
    {%- set features = chosen_features() -%}
    select
        {% for key in keys -%}
            customers.{{ key }},
        {% endfor -%}
        names.feature,
        case names.feature
            {%- for feature in features %}
                when '{{ feature.name }}' then cast(customers.{{ feature.name }} as double)
            {%- endfor %}
        end as feature_value
    from {{ customers }} as customers
    cross join (
        values
        {% for feature in features -%}
            ('{{ feature.name }}'){{ ',' if not loop.last }}
        {% endfor %}
    ) as names (feature)
{%- endmacro %}
