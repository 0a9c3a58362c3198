-- One row per line of the reviews file that can be read: a review of an order, unless
-- lines repeat. Neither review_id nor order_id is unique alone.

{{ config(enabled=shop() == 'olist') }}

with source as (

    select * from {{ read_raw(source('olist', 'order_reviews'), ref('forgotten_ids')) }}

),

renamed as (

    select
        review_id,
        order_id,

        review_comment_title as comment_title,
        review_comment_message as comment_message,

        review_score,

        review_creation_date as survey_sent_at,
        review_answer_timestamp as answered_at,

        has_null_word

    from source

)

select * from renamed
