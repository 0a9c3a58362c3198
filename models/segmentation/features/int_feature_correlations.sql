-- One row per pair of numbers in customer_features, in both directions: their Pearson
-- correlation, rounded to 9 decimals.

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02
{%- set names = feature_order() %}

with measured as (

    select
        {% for name in names %}
            stddev_pop(cast({{ name }} as double)) as {{ name }}_deviation,
            {%- for other in names[loop.index:] %}
                corr(cast({{ name }} as double), cast({{ other }} as double))
                    as {{ name }}_by_{{ other }},
            {%- endfor %}
        {% endfor %}
        count(*) as customer_count

    from {{ ref('customer_features') }}

),

directions as (

    select directions.* from (
        values
        {% for name in names %}
            {%- set last_name = loop.last %}
            {%- for other in names if other != name -%}
                ('{{ name }}', '{{ other }}')
                {{- ',' if not (last_name and loop.last) }}
            {% endfor -%}
        {% endfor %}
    ) as directions (feature, other_feature)

),

pairs as (

    select
        directions.feature,
        directions.other_feature,
        case concat(directions.feature, ' ', directions.other_feature)
            {% for name in names %}
                {%- for other in names[loop.index:] %}
                    {%- for feature, other_feature in [(name, other), (other, name)] %}
                when '{{ feature }} {{ other_feature }}' then
                    case
                        when
                            measured.{{ name }}_deviation > 0
                            and measured.{{ other }}_deviation > 0
                            then round(measured.{{ name }}_by_{{ other }}, 9)
                    end
                    {%- endfor %}
                {%- endfor %}
            {%- endfor %}
        end as correlation

    from directions
    cross join measured

)

select * from pairs
