-- Segment 1 has the highest mean spend, and so on down.

with numbered as (

    select
        segment_id,
        revenue / customer_count as mean_spend,
        lag(revenue / customer_count) over (order by segment_id) as mean_spend_before
    from {{ ref('segments') }}

)

select * from numbered
where mean_spend > mean_spend_before + 0.005
