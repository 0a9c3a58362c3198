-- In which states is a segment over- or under-represented beyond chance?

select
    segment_key,
    state,
    customer_count,
    round(share_of_segment, 4) as share_of_segment,
    round(share_of_all, 4) as share_of_all,
    index_vs_all,
    z_score
from {{ ref('segment_by_state') }}
where is_beyond_chance and abs(z_score) >= {{ asked_number('z', 3) }}
order by abs(z_score) desc, segment_key asc, state asc
