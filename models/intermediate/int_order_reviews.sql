-- One row per order that has reviews. A review counts from the day its survey was sent,
-- and a score other than 1 to 5 is unknown. The score of the order is that of the
-- review answered last, of those with a score: the customer's final word. Of several
-- lines with the same review and order, the one answered last counts.

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

as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

checked as (

    select
        reviews.review_id,
        reviews.order_id,
        case
            when reviews.review_score in (1, 2, 3, 4, 5)
                then cast(reviews.review_score as integer)
        end as review_score,
        reviews.comment_message is not null as has_comment,
        coalesce(
            cast(reviews.survey_sent_at as date) <= as_of.as_of_date, true
        ) as is_known,
        reviews.survey_sent_at,
        reviews.answered_at

    from reviews
    cross join as_of

),

ranked as (

    select
        *,
        row_number() over (
            partition by order_id
            order by
                case when is_known and review_score is not null then 0 else 1 end,
                answered_at desc nulls last,
                survey_sent_at desc nulls last,
                review_score asc,
                review_id asc
        ) as review_rank

    from checked

),

per_order as (

    select
        order_id,

        count(*) filter (where is_known) as review_count,
        count(*) filter (where not is_known) as later_review_count,
        max(case when is_known and review_rank = 1 then review_score end)
            as review_score,

        max(case when is_known and has_comment then 1 else 0 end) = 1 as has_comment

    from ranked
    group by order_id

)

select * from per_order
