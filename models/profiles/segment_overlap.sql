-- One row per segment and RFM segment that have customers in common.

with labelled as (

    select * from {{ ref('customer_segments') }}

),

rules as (

    select * from {{ ref('rfm_segments') }}

),

counted as (

    select
        labelled.segment_id,
        labelled.segment_key,
        rules.rfm_segment_id,
        rules.rfm_segment_key,

        labelled.segment_name,
        rules.rfm_segment_name,

        count(*) as customer_count,
        count(*) filter (where rules.order_count >= 2) as repeat_buyer_count

    from labelled
    inner join rules
        on labelled.customer_unique_id = rules.customer_unique_id
    group by
        labelled.segment_id,
        labelled.segment_key,
        rules.rfm_segment_id,
        rules.rfm_segment_key,
        labelled.segment_name,
        rules.rfm_segment_name

),

shared as (

    select
        segment_id,
        segment_key,
        rfm_segment_id,
        rfm_segment_key,

        segment_name,
        rfm_segment_name,

        customer_count,
        repeat_buyer_count,
        cast(customer_count as double)
        / sum(customer_count) over (partition by segment_id) as share_of_segment,
        cast(customer_count as double)
        / sum(customer_count) over (partition by rfm_segment_id)
            as share_of_rfm_segment

    from counted

)

select * from shared
