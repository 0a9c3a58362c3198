-- Scoring with the stored scaling and centroids gives each customer the cluster and
-- the silhouette of the fit.

select
    scored.customer_unique_id,
    scored.segment_id,
    clusters.segment_id as fitted_segment_id
from {{ ref('customer_segments') }} as scored
inner join {{ ref('segment_k_candidates') }} as candidates
    on candidates.is_chosen
inner join {{ ref('int_candidate_assignments') }} as fitted
    on
        scored.customer_unique_id = fitted.customer_unique_id
        and candidates.k = fitted.k
inner join {{ ref('int_chosen_clusters') }} as clusters
    on fitted.cluster_id = clusters.cluster_id
where
    scored.segment_id != clusters.segment_id
    or abs(scored.silhouette - fitted.silhouette) > 1e-9
