-- One row per number in customer_features: is it worth clustering on. Nothing here
-- depends on the unit a feature is measured in, but for trimmed_variance.

{%- set is_auto = var('feature_choice') == 'auto' %}
{%- set listed = var('features') | map(attribute='name') | list %}

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

verdicts as (

    select
        feature,
        fault,
        is_taken,
        {{ 'is_taken' if is_auto else "feature in ('" ~ listed | join("', '") ~ "')" }}
            as is_selected

    from {{ ref('int_feature_rule') }}

),

joined as (

    select
        measures.feature,

        strongest.other_feature as strongest_correlation_with,
        concat(
            {% if is_auto -%}
                case
                    when verdicts.is_selected then 'taken by the rule'
                    else 'left out by the rule: '
                end,
                coalesce(verdicts.fault, '')
            {%- else -%}
                case
                    when verdicts.is_selected then 'in the list of features'
                    else 'not in the list of features'
                end,
                case
                    when verdicts.is_selected = verdicts.is_taken then ''
                    when verdicts.is_taken then ', but the rule would take it'
                    else ', but the rule would leave it out'
                end,
                coalesce(': ' || verdicts.fault, '')
            {%- endif %}
        ) as reason,

        measures.missing_share,
        measures.distinct_values,
        measures.trimmed_variance,
        measures.trimmed_spread,
        measures.quartile_dispersion,
        measures.skew,
        strongest.correlation as strongest_correlation,

        verdicts.is_taken as is_taken_by_rule,
        verdicts.is_selected

    from measures
    inner join verdicts
        on measures.feature = verdicts.feature
    left join strongest
        on
            measures.feature = strongest.feature
            and strongest.correlation_rank = 1

)

select * from joined
