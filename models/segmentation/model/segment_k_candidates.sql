-- One row per candidate k: what was measured, and why it was or was not taken.

with metrics as (

    select * from {{ ref('int_candidate_metrics') }}

),

silhouettes as (

    select * from {{ ref('int_candidate_silhouettes') }}

),

choice as (

    select * from {{ ref('int_k_choice') }}

),

joined as (

    select
        cast(metrics.k as integer) as k,

        choice.reason,
        cast(choice.advantage as string) as advantage,

        metrics.inertia,
        metrics.bend,
        metrics.silhouette,
        metrics.noise_silhouette,
        silhouettes.silhouette_euclidean,
        metrics.davies_bouldin,
        metrics.calinski_harabasz,
        metrics.stability_min_ari,
        metrics.stability_mean_ari,
        cast({{ var('min_stability') }} as double) as min_stability,
        metrics.smallest_segment_share,

        choice.is_elbow,
        choice.is_eligible,
        choice.is_chosen

    from metrics
    inner join silhouettes
        on metrics.k = silhouettes.k
    inner join choice
        on metrics.k = choice.k

)

select * from joined
