-- One row per number in customer_features: how it is spread.

{%- set names = feature_order() %}

with long as (

    {{ long_columns(ref('customer_features'), names, 'customer_unique_id') }}

),

names as (

    select names.* from (
        values
        {% for name in names -%}
            ({{ loop.index }}, '{{ name }}'){{ ',' if not loop.last }}
        {% endfor %}
    ) as names (position, feature)

),

bounds as (

    select
        names.position,
        names.feature,
        count(long.customer_unique_id) as customer_count,
        count(long.feature_value) as known_count,
        count(distinct long.feature_value) as distinct_values,
        {% for name, quantile in [
            ('p01', 0.01), ('p25', 0.25), ('p75', 0.75), ('p99', 0.99)
        ] -%}
            percentile_cont({{ quantile }}) within group (order by long.feature_value)
                as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from names
    left join long
        on names.feature = long.feature
    group by names.position, names.feature

),

known as (

    select
        feature,
        feature_value

    from long
    where feature_value is not null

),

middle as (

    select
        known.feature,
        known.feature_value,
        case
            when known.feature_value between bounds.p01 and bounds.p99
                then known.feature_value
        end as middle_value

    from known
    inner join bounds
        on known.feature = bounds.feature

),

means as (

    select
        feature,
        count(*) as value_count,
        count(middle_value) as middle_count,
        {{ exact_sum('feature_value') }} / count(*) as mean,
        {{ exact_sum('middle_value') }} / nullif(count(middle_value), 0)
            as middle_mean

    from middle
    group by feature

),

variances as (

    select
        means.feature,
        means.value_count,
        means.mean,
        {{ exact_sum('power(middle.feature_value - means.mean, 2)') }}
        / means.value_count as variance,
        {{ exact_sum('power(middle.middle_value - means.middle_mean, 2)') }}
        / nullif(means.middle_count, 0) as trimmed_variance

    from middle
    inner join means
        on middle.feature = means.feature
    group by
        means.feature,
        means.value_count,
        means.middle_count,
        means.mean

),

moments as (

    select
        variances.feature,
        variances.trimmed_variance,
        case
            when variances.variance > 0
                then
                    {{ exact_sum(
                        'power((middle.feature_value - variances.mean) '
                        ~ '/ sqrt(nullif(variances.variance, 0)), 3)'
                    ) }} / variances.value_count
        end as skew

    from middle
    inner join variances
        on middle.feature = variances.feature
    group by
        variances.feature,
        variances.value_count,
        variances.variance,
        variances.trimmed_variance

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
