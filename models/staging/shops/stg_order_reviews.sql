-- One row per line of the reviews file that can be read: a review of an order, unless
-- lines repeat. Neither review_id nor order_id is unique alone.

{{ config(enabled=shop() != 'olist') }}

{%- set reviews = input('reviews', ref('forgotten_ids')) %}

with reviews as (

    {% if reviews.columns -%}
        select
            coalesce(review_id, order_id) as review_id,
            order_id,
            comment_title,
            comment_message,
            review_score,
            survey_sent_at,
            answered_at,
            has_null_word
        from {{ reviews.rows }}
    {%- else -%}
        select
            order_id as review_id,
            order_id,
            cast(null as string) as comment_title,
            cast(null as string) as comment_message,
            min(review_score) as review_score,
            cast(null as timestamp) as survey_sent_at,
            cast(null as timestamp) as answered_at,
            false as has_null_word
        from {{ ref('stg_lines') }}
        where order_id is not null and review_score is not null
        group by order_id
    {%- endif %}

)

select * from reviews
