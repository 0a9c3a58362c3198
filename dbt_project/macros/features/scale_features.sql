{# Scaled features: one row per customer, one column per feature. #}
{% macro scale_features(customers, parameters) -%}
    {%- set features = chosen_features() -%}
    {%- set names = ['fill_value', 'clip_upper', 'mean', 'standard_deviation'] -%}
    select
        customers.customer_unique_id,
        {% for feature in features %}
            {%- set suffix = '_' ~ loop.index -%}
            cast(
                case
                    when parameters.standard_deviation{{ suffix }} > 0
                        then round(
                            ({{ transformed(feature, suffix) }} - mean{{ suffix }})
                            / standard_deviation{{ suffix }}, 12
                        )
                    else 0
                end as double
            ) as {{ feature.name }}
            {{- ',' if not loop.last }}
        {% endfor %}
    from {{ customers }} as customers
    cross join (
        select
            {% for feature in features %}
                {%- set last_feature = loop.last -%}
                {%- set position = loop.index -%}
                {%- for name in names %}
                    max(case when feature = '{{ feature.name }}' then {{ name }} end)
                        as {{ name }}_{{ position }}
                    {{- ',' if not (last_feature and loop.last) }}
                {% endfor %}
            {%- endfor %}
        from {{ parameters }}
    ) as parameters
{%- endmacro %}
