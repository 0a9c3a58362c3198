-- One row per segmentation and eligible customer: the segments of the current model,
-- the RFM segments, and the plain rule "two or more orders".

with labelled as (

    select * from {{ ref('customer_segments') }}

),

rules as (

    select * from {{ ref('rfm_segments') }}

),

stacked as (

    select
        'kmeans' as segmentation,
        customer_unique_id,
        segment_id
    from labelled
    union all
    select
        'rfm' as segmentation,
        customer_unique_id,
        rfm_segment_id as segment_id
    from rules
    union all
    select
        'two_or_more_orders' as segmentation,
        customer_unique_id,
        case when order_count >= 2 then 1 else 2 end as segment_id
    from rules

)

select * from stacked
