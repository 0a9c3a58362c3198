-- How stable is each segment: is it found again when customers are drawn anew, and
-- where do its members come from at k - 1?

select
    segments.segment_key,
    stability.band,
    round(stability.jaccard_mean, 4) as jaccard_mean,
    round(stability.jaccard_min, 4) as jaccard_min,
    round(stability.found_share, 4) as found_share,
    round(segments.uncertain_share, 4) as uncertain_share,
    round(stability.slsa, 4) as slsa,
    stability.main_source_cluster_id,
    round(stability.main_source_share, 4) as main_source_share
from {{ ref('segment_stability') }} as stability
inner join {{ ref('segments') }} as segments
    on stability.segment_id = segments.segment_id
order by stability.jaccard_mean asc, stability.segment_id asc
