-- What did the members of each segment do next: how many bought again in the 180 days
-- after the last day that can be judged, beside the segments of the RFM rule?

with outcomes as (

    select
        *,
        max(label_date) over () as last_label_date
    from {{ ref('segment_outcomes') }}
    where horizon_days = 180

)

select
    label_date,
    rule,
    segment_key,
    customer_count,
    buyer_count,
    round(buyer_share, 4) as buyer_share,
    round(buyer_share_low, 4) as buyer_share_low,
    round(buyer_share_high, 4) as buyer_share_high,
    round(lift, 2) as lift,
    is_beyond_chance,
    revenue_per_customer,
    median_days_to_next_order
from outcomes
where label_date = last_label_date
order by rule asc, buyer_count / customer_count desc, segment_key asc
