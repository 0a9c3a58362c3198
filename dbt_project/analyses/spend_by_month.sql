-- When does a segment buy, and in which months does it buy more than everybody else?

select
    segment_key,
    purchase_month,
    order_count,
    revenue,
    round(revenue / order_count, 2) as revenue_per_order,
    round(share_of_segment, 4) as share_of_segment,
    round(share_of_all, 4) as share_of_all,
    index_vs_all,
    z_score,
    is_beyond_chance
from {{ ref('segment_by_month') }}
where segment_key = {{ asked_segment() }}
order by purchase_month
