-- One row per order with a review by the as-of date. The score is that of the review
-- answered last, of those with a score: the customer's final word.

with reviews as (

    select * from {{ ref('int_reviews') }}

),

as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

ranked as (

    select
        reviews.order_id,
        reviews.review_score,
        reviews.comment_message,
        row_number() over (
            partition by reviews.order_id
            order by
                case when reviews.review_score is null then 1 else 0 end,
                reviews.answered_at desc nulls last,
                reviews.survey_sent_at desc nulls last,
                reviews.review_score asc,
                reviews.review_id asc
        ) as review_rank

    from reviews
    cross join as_of
    where
        reviews.survey_sent_at is null
        or cast(reviews.survey_sent_at as date) <= as_of.as_of_date

),

per_order as (

    select
        order_id,

        count(*) as review_count,
        max(case when review_rank = 1 then review_score end) as review_score,

        max(case when comment_message is not null then 1 else 0 end) = 1 as has_comment

    from ranked
    group by order_id

)

select * from per_order
