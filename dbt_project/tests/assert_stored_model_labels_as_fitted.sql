-- A customer whose scaled features have not changed since the fit gets the cluster of
-- the fit, at the same distance, when scored with the stored scaling and centroids. If
-- nobody has changed, the silhouettes are the same too.

with compared as (

    select
        scored.customer_unique_id,
        scored.segment_id,
        clusters.segment_id as fitted_segment_id,
        abs(scored.squared_distance - fitted.squared_distance) as distance_gap,
        abs(scored.silhouette - fitted.silhouette) as silhouette_gap,
        {{ squared_distance('points', 'fit_points') }} as moved

    from {{ ref('int_segment_assignments') }} as scored
    inner join {{ ref('int_scaled_features') }} as points
        on scored.customer_unique_id = points.customer_unique_id
    inner join {{ ref('int_fit_features') }} as fit_points
        on scored.customer_unique_id = fit_points.customer_unique_id
    inner join {{ ref('int_candidate_assignments') }} as fitted
        on scored.customer_unique_id = fitted.customer_unique_id
    inner join {{ ref('int_chosen_clusters') }} as clusters
        on
            fitted.k = clusters.k
            and fitted.cluster_id = clusters.cluster_id

),

totals as (

    select
        count(*) = max(models.customers_fitted)
        and count(*) = (select count(*) from {{ ref('int_segment_assignments') }})
        and max(compared.moved) = 0 as is_fit_data

    from compared
    cross join {{ ref('segment_models') }} as models
    where models.is_current

)

select compared.*
from compared
cross join totals
where
    compared.moved = 0
    and (
        compared.segment_id != compared.fitted_segment_id
        or compared.distance_gap > 1e-9
        or (totals.is_fit_data and compared.silhouette_gap > 1e-9)
    )
