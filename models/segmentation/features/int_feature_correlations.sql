-- One row per pair of numbers in customer_features, in both directions: their Pearson
-- correlation, rounded to 9 decimals.

{%- set names = feature_order() %}

with customers as (

    select * from {{ ref('customer_features') }}

),

pairs as (

    {% for name in names %}
        {%- set last_name = loop.last %}
        {%- for other in names if other != name %}
            select
                '{{ name }}' as feature,
                '{{ other }}' as other_feature,
                case
                    when
                        stddev_pop(cast({{ name }} as double)) > 0
                        and stddev_pop(cast({{ other }} as double)) > 0
                        then
                            round(
                                corr(
                                    cast({{ name }} as double),
                                    cast({{ other }} as double)
                                ), 9
                            )
                end as correlation
            from customers
            {{ 'union all' if not (last_name and loop.last) }}
        {%- endfor %}
    {%- endfor %}

)

select * from pairs
