-- One row per number in customer_features: how it is spread.

{%- set names = feature_order() %}

with customers as (

    select * from {{ ref('customer_features') }}

),

bounds as (

    {% for name in names %}
        select
            {{ loop.index }} as position,
            '{{ name }}' as feature,
            count(*) as customer_count,
            count({{ name }}) as known_count,
            count(distinct {{ name }}) as distinct_values,
            percentile_cont(0.01) within group (
                order by cast({{ name }} as double)
            ) as p01,
            percentile_cont(0.25) within group (
                order by cast({{ name }} as double)
            ) as p25,
            percentile_cont(0.75) within group (
                order by cast({{ name }} as double)
            ) as p75,
            percentile_cont(0.99) within group (
                order by cast({{ name }} as double)
            ) as p99
        from customers
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

known as (

    {% for name in names %}
        select
            '{{ name }}' as feature,
            cast({{ name }} as double) as feature_value
        from customers
        where {{ name }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

moments as (

    select
        known.feature,
        var_pop(known.feature_value) filter (
            where known.feature_value between bounds.p01 and bounds.p99
        ) as trimmed_variance,
        case
            when stddev_pop(known.feature_value) > 0
                then skewness(known.feature_value)
        end as skew

    from known
    inner join bounds
        on known.feature = bounds.feature
    group by known.feature

),

joined as (

    select
        bounds.position,
        bounds.feature,

        case
            when bounds.customer_count > 0
                then
                    1 - cast(bounds.known_count as double) / bounds.customer_count
            else 1
        end as missing_share,
        bounds.distinct_values,
        moments.trimmed_variance,
        case
            when bounds.p99 > bounds.p01
                then sqrt(moments.trimmed_variance) / (bounds.p99 - bounds.p01)
        end as trimmed_spread,
        case
            when bounds.p75 + bounds.p25 != 0
                then (bounds.p75 - bounds.p25) / abs(bounds.p75 + bounds.p25)
        end as quartile_dispersion,
        moments.skew

    from bounds
    left join moments
        on bounds.feature = moments.feature

)

select * from joined
