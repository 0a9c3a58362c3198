-- One row per candidate k: its scores over all customers of the fit, which the rule for
-- k reads.

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02
{%- set features = chosen_features() %}

with assignments as (

    select * from {{ ref('int_candidate_assignments') }}

),

centroids as (

    {{ wide_centroids(ref('int_candidate_centroids'), 'k') }}

),

stability as (

    select
        k,
        min(adjusted_rand_index) as stability_min_ari,
        {{ exact_sum('adjusted_rand_index') }} / count(*) as stability_mean_ari

    from {{ ref('int_candidate_stability') }}
    group by k

),

noise as (

    select * from {{ ref('int_candidate_noise') }}

),

clusters as (

    select
        k,
        cluster_id,
        count(*) as customer_count,
        {{ exact_sum('squared_distance') }} as inertia,
        {{ exact_sum('sqrt(squared_distance)') }} / count(*) as mean_distance,
        {{ exact_sum('silhouette') }} as silhouette_total

    from assignments
    group by k, cluster_id

),

located as (

    select
        clusters.*,
        {% for feature in features -%}
            centroids.{{ feature.name }}{{ ',' if not loop.last }}
        {% endfor %}
    from clusters
    inner join centroids
        on
            clusters.k = centroids.k
            and clusters.cluster_id = centroids.cluster_id

),

origin as (

    select
        {% for feature in features -%}
            0.0 as {{ feature.name }}{{ ',' if not loop.last }}
        {% endfor %}
),

per_k as (

    select
        located.k,
        sum(located.customer_count) as customer_count,
        {{ exact_sum('located.inertia') }} as inertia,
        {{ exact_sum('located.silhouette_total') }}
        / sum(located.customer_count) as silhouette,
        cast(min(located.customer_count) as double) / sum(located.customer_count)
            as smallest_segment_share,
        -- Scaled features have mean 0, so the squared length of a centroid is its
        -- squared distance to the mean of all customers.
        {{ exact_sum(
            'located.customer_count * (' ~ squared_distance('located', 'origin') ~ ')'
        ) }} as between_clusters

    from located
    cross join origin
    group by located.k

),

-- A single cluster has all the inertia; for a fit without any, ln has a floor.
inertias as (

    select
        k,
        ln(greatest(inertia, 1e-12)) as ln_inertia
    from per_k
    union all
    select
        1 as k,
        ln(max(inertia + between_clusters)) as ln_inertia
    from per_k

),

slopes as (

    select
        later.k,
        (earlier.ln_inertia - later.ln_inertia) / ln(later.k / (later.k - 1.0)) as slope

    from inertias as later
    inner join inertias as earlier
        on later.k = earlier.k + 1

),

steps as (

    select
        slopes.k,
        slopes.slope,
        next_slopes.slope as next_slope

    from slopes
    left join slopes as next_slopes
        on slopes.k = next_slopes.k - 1

),

worst_overlap as (

    select
        one.k,
        one.cluster_id,
        max(
            (one.mean_distance + other.mean_distance)
            / sqrt({{ squared_distance('one', 'other') }})
        ) as overlap

    from located as one
    inner join located as other
        on
            one.k = other.k
            and one.cluster_id != other.cluster_id
    group by one.k, one.cluster_id

),

davies_bouldin as (

    select
        k,
        {{ exact_sum('overlap') }} / count(*) as davies_bouldin

    from worst_overlap
    group by k

),

joined as (

    select
        per_k.k,

        per_k.inertia,
        steps.slope / nullif(steps.next_slope, 0) as bend,
        per_k.silhouette,
        noise.noise_silhouette,
        davies_bouldin.davies_bouldin,
        case
            when per_k.inertia > 0
                then
                    (per_k.between_clusters / (per_k.k - 1))
                    / (per_k.inertia / (per_k.customer_count - per_k.k))
        end as calinski_harabasz,
        stability.stability_min_ari,
        stability.stability_mean_ari,
        per_k.smallest_segment_share

    from per_k
    inner join davies_bouldin
        on per_k.k = davies_bouldin.k
    inner join steps
        on per_k.k = steps.k
    inner join noise
        on per_k.k = noise.k
    left join stability
        on per_k.k = stability.k

)

select * from joined
