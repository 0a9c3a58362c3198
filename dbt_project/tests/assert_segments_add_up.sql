-- The shares of the segments add up to 1, the revenue of a segment is the spend of its
-- members, and every member is in a segment that exists.

with members as (

    select
        segment_id,
        sum(total_spend) as spend
    from {{ ref('customer_segments') }}
    group by segment_id

),

totalled as (

    select
        coalesce(segments.segment_id, members.segment_id) as segment_id,
        segments.revenue,
        members.spend,
        sum(segments.customer_share) over () as share_of_all_segments
    from {{ ref('segments') }} as segments
    full outer join members
        on segments.segment_id = members.segment_id

)

select * from totalled
where
    abs(share_of_all_segments - 1) > 1e-9
    or revenue is distinct from coalesce(spend, 0)
