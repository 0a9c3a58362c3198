-- In every breakdown, the shares of a segment add up to 1, and its revenue is that of
-- the segment. A segment that nobody is in has no rows.

with breakdowns as (

    {% for by in ['category', 'city', 'month', 'payment_type', 'price_band', 'state'] %}
        select
            'segment_by_{{ by }}' as breakdown,
            segment_id,
            share_of_segment,
            revenue
        from {{ ref('segment_by_' ~ by) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

totals as (

    select
        breakdown,
        segment_id,
        sum(share_of_segment) as share,
        sum(revenue) as revenue
    from breakdowns
    group by breakdown, segment_id

)

select
    totals.*,
    segments.revenue as segment_revenue
from totals
inner join {{ ref('segments') }} as segments
    on totals.segment_id = segments.segment_id
where
    abs(totals.share - 1) > 1e-9
    or totals.revenue != segments.revenue
