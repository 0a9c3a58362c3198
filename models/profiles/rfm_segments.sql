-- One row per eligible customer: scores of recency, frequency and spend, and the
-- segment that a written rule gives. KMeans has to beat this rule. Customers with two
-- or more orders are champions if their recency score is 4 or 5, and else to win back.
-- Customers with one order are new with a recency score of 4 or 5, fading with 2 or 3,
-- and lost with 1; with a spend score of 4 or 5 they are big spenders.

{%- set names = [
    'Champions', 'Repeat buyers to win back', 'New big spenders', 'New customers',
    'Fading big spenders', 'Fading customers', 'Lost big spenders', 'Lost customers'
] %}

with labelled as (

    {{ rfm_labels(ref('customer_features'), ref('customer_features')) | indent(4) }}

),

named as (

    select
        customer_unique_id,
        cast(rfm_segment_id as integer) as rfm_segment_id,
        case rfm_segment_id
            {%- for name in names %}
                when {{ loop.index }} then '{{ name | lower | replace(" ", "_") }}'
            {%- endfor %}
        end as rfm_segment_key,

        case rfm_segment_id
            {%- for name in names %}
                when {{ loop.index }} then '{{ name }}'
            {%- endfor %}
        end as rfm_segment_name,

        recency_score,
        frequency_score,
        monetary_score,
        recency_days,
        order_count,
        total_spend

    from labelled

)

select * from named
