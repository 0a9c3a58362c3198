-- Shares of every segment add to 1 in every breakdown, the revenue of every breakdown
-- is the revenue of the segment, and that is the spend of its members.

{%- set breakdowns = [
    'segment_by_state', 'segment_by_city', 'segment_by_payment_type',
    'segment_by_category', 'segment_by_price_band', 'segment_by_month'
] %}

with shares_of_customers as (

    select sum(customer_share) as share from {{ ref('segments') }}

),

breakdowns as (

    {% for breakdown in breakdowns %}
        select
            '{{ breakdown }}' as breakdown,
            segment_id,
            sum(share_of_segment) as share,
            sum(revenue) as revenue
        from {{ ref(breakdown) }}
        group by segment_id
        union all
    {% endfor %}
    select
        'customer_segments' as breakdown,
        segment_id,
        1 as share,
        sum(total_spend) as revenue
    from {{ ref('customer_segments') }}
    group by segment_id
    union all
    select
        'segments' as breakdown,
        segments.segment_id,
        shares_of_customers.share,
        segments.revenue
    from {{ ref('segments') }} as segments
    cross join shares_of_customers

)

select
    breakdowns.*,
    segments.revenue as segment_revenue
from breakdowns
inner join {{ ref('segments') }} as segments
    on breakdowns.segment_id = segments.segment_id
where
    abs(breakdowns.share - 1) > 1e-9
    or breakdowns.revenue != segments.revenue
