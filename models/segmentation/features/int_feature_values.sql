-- One row per number in customer_features and value that occurs: how many customers
-- have it. Quantiles are computed from these counts, because the values of many
-- customers cannot all be sorted in memory.

with counted as (

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

),

ranked as (

    select
        feature,
        feature_value,
        customer_count,
        cast(
            sum(customer_count) over (
                partition by feature order by feature_value
            ) as bigint
        ) as reached,
        cast(sum(customer_count) over (partition by feature) as bigint) as total_count

    from counted

)

select * from ranked
