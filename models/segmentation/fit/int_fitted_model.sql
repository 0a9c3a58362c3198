-- One row: the model fitted last. It is written when all other tables of the fit exist,
-- and dropped before the next fit begins: where it is missing, a build fits a new
-- model.

{#- Tables of the fit that are not read here. #}
-- depends_on: {{ ref('int_candidate_silhouettes') }}
-- depends_on: {{ ref('int_fit_bins') }}, {{ ref('int_map_axes') }}
-- depends_on: {{ ref('int_fit_customers') }}, {{ ref('int_rule_bounds') }}
-- depends_on: {{ ref('int_refit_matches') }}

with choice as (

    select * from {{ ref('int_k_choice') }}
    where is_chosen

),

metrics as (

    select * from {{ ref('int_candidate_metrics') }}

),

assignments as (

    select * from {{ ref('int_candidate_assignments') }}

),

as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

fitted_values as (

    select
        feature as place,
        concat_ws(
            ' ', feature, transform,
            cast(cast(fill_value as decimal(28, 9)) as string),
            cast(cast(clip_upper as decimal(28, 9)) as string),
            cast(cast(mean as decimal(28, 9)) as string),
            cast(cast(standard_deviation as decimal(28, 9)) as string)
        ) as fitted_value
    from {{ ref('int_feature_parameters') }}
    union all
    select
        concat_ws(' ', cast(clusters.segment_id as string), centroids.feature) as place,
        cast(cast(centroids.scaled_value as decimal(28, 9)) as string) as fitted_value
    from {{ ref('int_candidate_centroids') }} as centroids
    inner join {{ ref('int_chosen_clusters') }} as clusters
        on
            centroids.k = clusters.k
            and centroids.cluster_id = clusters.cluster_id

),

fingerprint as (

    select md5({{ join_text('fitted_value', ', ', 'place') }}) as hash
    from fitted_values

),

features as (

    select {{ join_text('feature', ', ', 'position') }} as features
    from {{ ref('int_feature_parameters') }}

),

distances as (

    select
        assignments.k,
        count(*) as customers_fitted,
        {{ exact_sum('sqrt(assignments.squared_distance)') }} / count(*)
            as mean_distance

    from assignments
    inner join choice
        on assignments.k = choice.k
    group by assignments.k

),

model as (

    select
        concat(
            cast(as_of.as_of_date as string), '-k', cast(choice.k as string), '-',
            substr(fingerprint.hash, 1, 8)
        ) as model_id,

        features.features,
        '{{ fit_configuration() }}' as configuration,

        cast(choice.k as integer) as k,
        distances.customers_fitted,
        metrics.inertia,
        metrics.silhouette,
        distances.mean_distance,

        as_of.as_of_date

    from choice
    inner join metrics
        on choice.k = metrics.k
    inner join distances
        on choice.k = distances.k
    cross join as_of
    cross join fingerprint
    cross join features

)

select * from model
