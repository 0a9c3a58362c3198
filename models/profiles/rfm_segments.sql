-- One row per eligible customer: scores of recency, frequency and spend, and the
-- segment that a written rule gives. KMeans has to beat this rule. Customers with two
-- or more orders are champions if their recency score is 4 or 5, and else to win back.
-- Customers with one order are new with a recency score of 4 or 5, fading with 2 or 3,
-- and lost with 1; with a spend score of 4 or 5 they are big spenders.

with labelled as (

    {{ rfm_labels(ref('customer_features'), ref('customer_features')) | indent(4) }}

),

named as (

    select
        customer_unique_id,
        cast(rfm_segment_id as integer) as rfm_segment_id,
        rfm_segment_key,
        rfm_segment_name,

        recency_score,
        frequency_score,
        monetary_score,
        recency_days,
        order_count,
        total_spend

    from labelled

)

select * from named
