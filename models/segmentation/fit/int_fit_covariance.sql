-- One row per pair of features clustered on, in both directions and with itself: the
-- covariance of their scaled values, and the skewness of the first.

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02
{%- set names = chosen_features() | map(attribute='name') | list %}

with sums as (

    select
        count(*) as customer_count
        {%- for name in names %},
        {{ exact_sum('power(' ~ name ~ ', 3)') }} as cubed_{{ name }}
            {%- for other in names[loop.index0:] %},
        {{ exact_sum(name ~ ' * ' ~ other) }} as {{ name }}_by_{{ other }}
            {%- endfor %}
        {%- endfor %}

    from {{ ref('int_fit_features') }}

),

directions as (

    select directions.* from (
        values
        {% for name in names %}
            {%- set last_name = loop.last %}
            {%- for other in names -%}
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
                {%- for other in names[loop.index0:] %}
                    {%- for pair in [name ~ ' ' ~ other, other ~ ' ' ~ name] | unique %}
                when '{{ pair }}' then sums.{{ name }}_by_{{ other }}
                    {%- endfor %}
                {%- endfor %}
            {%- endfor %}
        end / sums.customer_count as covariance,
        case directions.feature
            {%- for name in names %}
            when '{{ name }}' then sums.cubed_{{ name }}
            {%- endfor %}
        end / sums.customer_count as skewness

    from directions
    cross join sums

)

select * from pairs
