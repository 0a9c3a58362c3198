-- One row per measure of drift: how far today's customers have moved away from those
-- the current model was fitted on.

{%- set watch_at, refit_at = var('drift_watch'), var('drift_refit') %}
{%- set smallest_share = 0.0001 %}

with model as (

    select
        models.*,
        as_of.as_of_date >= models.as_of_date as is_not_later

    from {{ ref('segment_models') }} as models
    cross join {{ ref('int_as_of') }} as as_of
    where models.is_current

),

bins as (

    select
        bins.*,
        bins.measure as feature

    from {{ ref('segment_model_bins') }} as bins
    inner join model
        on bins.model_id = model.model_id

),

customers as (

    {{ long_features(ref('customer_features')) }}

),

assignments as (

    select * from {{ ref('int_segment_assignments') }}

),

shares_now as (

    {{ bin_shares('customers', 'bins') | indent(4) }}
    union all
    select
        'segment' as feature,
        segment_id as bin,
        cast(count(*) as double) / sum(count(*)) over () as customer_share
    from assignments
    group by segment_id

),

compared as (

    select
        bins.measure,
        greatest(bins.customer_share, {{ smallest_share }}) as share_at_fit,
        greatest(coalesce(shares_now.customer_share, 0), {{ smallest_share }})
            as share_now

    from bins
    left join shares_now
        on
            bins.measure = shares_now.feature
            and bins.bin = shares_now.bin

),

stability_indices as (

    select
        measure,
        'population stability index' as statistic,
        {{ exact_sum(
            '(share_now - share_at_fit) * ln(share_now / share_at_fit)'
        ) }} as drift
    from compared
    group by measure

),

distances as (

    select
        'distance_to_centroid' as measure,
        'relative growth of the mean' as statistic,
        case
            when max(model.mean_distance) > 0
                then
                    round(
                        {{ exact_sum('sqrt(assignments.squared_distance)') }}
                        / count(*) / max(model.mean_distance) - 1, 12
                    )
            else 0
        end as drift

    from assignments
    cross join model

),

measures as (

    select * from stability_indices
    union all
    select * from distances

),

judged as (

    select
        measures.*,
        model.model_id,
        measures.drift >= {{ refit_at }} and model.is_not_later as is_refit_due

    from measures
    cross join model

),

worded as (

    select
        measure,
        model_id,

        statistic,
        case
            when is_refit_due then 'refit due'
            when drift >= {{ watch_at }} then 'watch'
            else 'stable'
        end as verdict,

        drift,

        is_refit_due

    from judged

)

select * from worded
