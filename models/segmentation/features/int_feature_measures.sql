-- One row per number in customer_features: its distribution.

{%- set clips = {} %}
{%- for feature in feature_candidates() %}
    {%- do clips.update({feature.name: feature.clip_quantile}) %}
{%- endfor %}

with customers as (

    select count(*) as customer_count from {{ ref('customer_features') }}

),

names as (

    {% for name in feature_order() %}
        select
            {{ loop.index }} as position,
            '{{ name }}' as feature,
            cast({{ clips.get(name, 'null') }} as double) as clip_quantile
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

known as (

    select
        counted.*,
        names.clip_quantile

    from {{ ref('int_feature_values') }} as counted
    inner join names
        on counted.feature = names.feature

),

quantiles as (

    {{ quantiles('known', {
        'p01': 0.01, 'p25': 0.25, 'median': 0.5, 'p75': 0.75, 'p99': 0.99,
        'clip_upper': 'clip_quantile'
    }) | indent(4) }}

),

middle as (

    select
        known.feature,
        known.feature_value,
        known.customer_count,
        case
            when known.clip_quantile is not null
                then least(known.feature_value, quantiles.clip_upper)
        end as clipped_value,
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
        count(*) as distinct_values,
        count(distinct clipped_value) as clipped_values,
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
        names.position,
        names.feature,

        case
            when customers.customer_count > 0
                then
                    1 - cast(coalesce(means.value_count, 0) as double)
                    / customers.customer_count
            else 1
        end as missing_share,
        coalesce(means.distinct_values, 0) as distinct_values,
        case
            when names.clip_quantile is not null
                then coalesce(means.clipped_values, 0)
        end as clipped_values,
        means.mean,
        quantiles.median,
        moments.trimmed_variance,
        case
            when quantiles.p99 > quantiles.p01
                then sqrt(moments.trimmed_variance) / (quantiles.p99 - quantiles.p01)
        end as trimmed_spread,
        case
            when quantiles.p75 + quantiles.p25 != 0
                then
                    (quantiles.p75 - quantiles.p25)
                    / abs(quantiles.p75 + quantiles.p25)
        end as quartile_dispersion,
        moments.skew

    from names
    cross join customers
    left join quantiles
        on names.feature = quantiles.feature
    left join means
        on names.feature = means.feature
    left join moments
        on names.feature = moments.feature

)

select * from joined
