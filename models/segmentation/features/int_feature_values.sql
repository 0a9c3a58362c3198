-- One row per number in customer_features and value that occurs: how many customers
-- have it. Quantiles are computed from these counts, because the values of many
-- customers cannot all be sorted in memory.

with values_of_customers as (

    {% for name in feature_order() %}
        select
            '{{ name }}' as feature,
            cast({{ name }} as double) as feature_value,
            count(*) as customer_count
        from {{ ref('customer_features') }}
        where {{ name }} is not null
        group by cast({{ name }} as double)
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from values_of_customers
