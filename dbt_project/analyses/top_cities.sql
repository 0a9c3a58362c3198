-- In which cities do most customers of a segment live, and are there more than a random
-- draw would give?

select
    segment_key,
    city,
    state,
    customer_count,
    revenue,
    round(share_of_segment, 4) as share_of_segment,
    index_vs_all,
    z_score,
    is_beyond_chance
from {{ ref('segment_by_city') }}
where segment_key = {{ asked_segment() }}
order by customer_count desc, state asc, city asc
