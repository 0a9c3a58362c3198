-- Why this number of segments: how do the candidates compare?

select
    k,
    round(inertia, 1) as inertia,
    round(silhouette, 4) as silhouette,
    round(noise_silhouette, 4) as noise_silhouette,
    round(stability_min_ari, 4) as stability_min_ari,
    round(bend, 2) as bend,
    reason,
    advantage
from {{ ref('segment_k_candidates') }}
order by k asc
