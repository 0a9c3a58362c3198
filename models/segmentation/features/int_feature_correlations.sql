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

looked_up as (

    select
        directions.feature,
        directions.other_feature,
        case directions.feature
            {% for name in names %}
                when '{{ name }}' then measured.{{ name }}_deviation
            {%- endfor %}
        end as deviation,
        case directions.other_feature
            {% for name in names %}
                when '{{ name }}' then measured.{{ name }}_deviation
            {%- endfor %}
        end as other_deviation,
        case concat(directions.feature, ' ', directions.other_feature)
            {% for name in names %}
                {%- for other in names[loop.index:] %}
                    {%- set correlation = name ~ '_by_' ~ other %}
                when '{{ name }} {{ other }}' then measured.{{ correlation }}
                when '{{ other }} {{ name }}' then measured.{{ correlation }}
                {%- endfor %}
            {%- endfor %}
        end as correlation

    from directions
    cross join measured

),

pairs as (

    select
        feature,
        other_feature,
        case
            when deviation > 0 and other_deviation > 0 then round(correlation, 9)
        end as correlation

    from looked_up

)

select * from pairs
