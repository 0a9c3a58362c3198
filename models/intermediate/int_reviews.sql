-- One row per review of an order. A score that is no whole number from 1 to 5 is not
-- known. Of lines with the same review and order the one answered last counts.

with reviews as (

    {{ one_per_key(
        ref('stg_order_reviews'),
        ['review_id', 'order_id'],
        [
            'answered_at desc', 'survey_sent_at desc', 'review_score',
            'comment_title', 'comment_message'
        ]
    ) }}

),

checked as (

    select
        review_id,
        order_id,

        comment_title,
        comment_message,

        case
            when review_score in (1, 2, 3, 4, 5) then cast(review_score as integer)
        end as review_score,

        survey_sent_at,
        answered_at

    from reviews

)

select * from checked
