-- One row per pair of numbers in customer_features, in both directions: their Pearson
-- correlation, rounded to 9 decimals.

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

pairs as (

    {% for name in names %}
        {%- set position, last_name = loop.index0, loop.last %}
        {%- for other in names if other != name %}
            {%- set one, two = (name, other)
                if names.index(other) > position else (other, name) %}
            select
                '{{ name }}' as feature,
                '{{ other }}' as other_feature,
                case
                    when {{ name }}_deviation > 0 and {{ other }}_deviation > 0
                        then round({{ one }}_by_{{ two }}, 9)
                end as correlation
            from measured
            {{ 'union all' if not (last_name and loop.last) }}
        {%- endfor %}
    {%- endfor %}

)

select * from pairs
