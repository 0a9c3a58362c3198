-- One row per number in customer_features: its distribution.

{%- set names = feature_order() %}
{%- set candidates = feature_candidates() %}

with customers as (

    select count(*) as customer_count from {{ ref('customer_features') }}

),

known as (

    select * from {{ ref('int_feature_values') }}

),

names as (

    {% for name in names %}
        select
            {{ loop.index }} as position,
            '{{ name }}' as feature
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

quantiles as (

    {{ quantiles(
        'known', {'p01': 0.01, 'p25': 0.25, 'median': 0.5, 'p75': 0.75, 'p99': 0.99}
    ) | indent(4) }}

),

bounds as (

    select
        names.position,
        names.feature,
        max(customers.customer_count) as customer_count,
        coalesce(sum(known.customer_count), 0) as known_count,
        count(known.feature_value) as distinct_values,
        max(quantiles.p01) as p01,
        max(quantiles.p25) as p25,
        max(quantiles.median) as median,
        max(quantiles.p75) as p75,
        max(quantiles.p99) as p99

    from names
    cross join customers
    left join known
        on names.feature = known.feature
    left join quantiles
        on names.feature = quantiles.feature
    group by names.position, names.feature

),

clips as (

    {% for feature in candidates %}
        {{ quantiles(
            "(select * from known where feature = '" ~ feature.name ~ "')",
            {'clip_upper': feature.clip_quantile}
        ) | indent(8) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

clipped as (

    select
        known.feature,
        count(distinct least(known.feature_value, clips.clip_upper)) as clipped_values

    from known
    inner join clips
        on known.feature = clips.feature
    group by known.feature

),

middle as (

    select
        known.feature,
        known.feature_value,
        known.customer_count,
        case
            when known.feature_value between quantiles.p01 and quantiles.p99
                then known.feature_value
        end as middle_value

    from known
    inner join quantiles
        on known.feature = quantiles.feature

),

means as (

    select
        feature,
        sum(customer_count) as value_count,
        sum(customer_count) filter (where middle_value is not null)
            as middle_count,
        {{ exact_sum('customer_count * feature_value') }} / sum(customer_count)
            as mean,
        {{ exact_sum('customer_count * middle_value') }}
        / nullif(
            sum(customer_count) filter (where middle_value is not null), 0
        ) as middle_mean

    from middle
    group by feature

),

variances as (

    select
        means.feature,
        means.value_count,
        means.mean,
        {{ exact_sum(
            'middle.customer_count * power(middle.feature_value - means.mean, 2)'
        ) }} / means.value_count as variance,
        {{ exact_sum(
            'middle.customer_count * power(middle.middle_value - means.middle_mean, 2)'
        ) }} / nullif(means.middle_count, 0) as trimmed_variance

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
        variances.mean,
        variances.trimmed_variance,
        case
            when variances.variance > 0
                then
                    {{ exact_sum(
                        'middle.customer_count '
                        ~ '* power((middle.feature_value - variances.mean) '
                        ~ '/ sqrt(nullif(variances.variance, 0)), 3)'
                    ) }} / variances.value_count
        end as skew

    from middle
    inner join variances
        on middle.feature = variances.feature
    group by
        variances.feature,
        variances.value_count,
        variances.mean,
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
        case
            when
                bounds.feature in (
                    {% for feature in candidates %}
                        '{{ feature.name }}'{{ ',' if not loop.last }}
                    {% endfor %}
                )
                then coalesce(clipped.clipped_values, 0)
        end as clipped_values,
        moments.mean,
        bounds.median,
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
    left join clipped
        on bounds.feature = clipped.feature

)

select * from joined
