-- One row per number in customer_features: is it worth clustering on. Nothing here
-- depends on the unit a feature is measured in, but for trimmed_variance.

{%- set listed = var('features') | map(attribute='name') | list %}
{%- set candidates = numeric_columns('customer_features') %}

with customers as (

    select * from {{ ref('customer_features') }}

),

bounds as (

    {% for name in candidates %}
        select
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

    {% for name in candidates %}
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

correlations as (

    {% for name in candidates %}
        {%- for other in candidates if other != name %}
            select
                '{{ name }}' as feature,
                '{{ other }}' as other_feature,
                case
                    when
                        stddev_pop(cast({{ name }} as double)) > 0
                        and stddev_pop(cast({{ other }} as double)) > 0
                        then
                            corr(
                                cast({{ name }} as double),
                                cast({{ other }} as double)
                            )
                end as correlation
            from customers
            {{ 'union all' if not loop.last }}
        {%- endfor %}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

),

strongest as (

    select
        feature,
        other_feature,
        correlation,
        row_number() over (
            partition by feature
            order by abs(round(correlation, 9)) desc nulls last, other_feature asc
        ) as correlation_rank

    from correlations

),

joined as (

    select
        bounds.feature,

        strongest.other_feature as strongest_correlation_with,

        1 - cast(bounds.known_count as double) / bounds.customer_count
            as missing_share,
        bounds.distinct_values,
        moments.trimmed_variance,
        case
            when bounds.p75 + bounds.p25 != 0
                then (bounds.p75 - bounds.p25) / abs(bounds.p75 + bounds.p25)
        end as quartile_dispersion,
        moments.skew,
        strongest.correlation as strongest_correlation,

        bounds.feature in (
            {%- for name in listed %}
                '{{ name }}'{{ ',' if not loop.last }}
            {%- endfor %}
        ) as is_selected

    from bounds
    left join moments
        on bounds.feature = moments.feature
    left join strongest
        on
            bounds.feature = strongest.feature
            and strongest.correlation_rank = 1

),

with_reason as (

    select
        feature,

        strongest_correlation_with,
        case
            when is_selected then 'in the list of features'
            when distinct_values <= 1
                then 'not in the list: everybody has the same value'
            when abs(strongest_correlation) >= 0.8
                then concat(
                    'not in the list: says nearly the same as ',
                    strongest_correlation_with
                )
            when trimmed_variance = 0
                then 'not in the list: does not vary among the middle 98 %'
            else 'not in the list'
        end as reason,

        missing_share,
        distinct_values,
        trimmed_variance,
        quartile_dispersion,
        skew,
        strongest_correlation,

        is_selected

    from joined

)

select * from with_reason
