-- One row per number in customer_features: whether it is worth clustering on. Only
-- trimmed_variance depends on the unit of the number.

with measures as (

    select * from {{ ref('int_feature_measures') }}

),

strongest as (

    select
        feature,
        other_feature,
        correlation,
        row_number() over (
            partition by feature
            order by abs(correlation) desc nulls last, other_feature asc
        ) as correlation_rank

    from {{ ref('int_feature_correlations') }}

),

choice as (

    select * from {{ ref('int_feature_choice') }}

),

joined as (

    select
        measures.feature,

        strongest.other_feature as strongest_correlation_with,
        choice.reason,

        measures.missing_share,
        measures.distinct_values,
        measures.clipped_values,
        measures.trimmed_variance,
        measures.trimmed_spread,
        measures.quartile_dispersion,
        measures.skew,
        strongest.correlation as strongest_correlation,

        choice.is_taken_by_rule,
        choice.is_selected

    from measures
    inner join choice
        on measures.feature = choice.feature
    left join strongest
        on
            measures.feature = strongest.feature
            and strongest.correlation_rank = 1

)

select * from joined
