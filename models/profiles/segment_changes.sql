-- One row per customer and change of segment that a build saw: from which segment, to
-- which, and when. A new name for a segment does not count as a change, nor does a new
-- model that gives it the same name.

with history {{ as_inlined() }} (

    select * from {{ ref('customer_segment_history') }}

),

called as (

    select distinct
        model_id,
        segment_id,
        segment_key,
        segment_name,
        dbt_valid_from,
        dbt_valid_to

    from history
    where segment_id is not null

),

-- The last name that a model gave a segment.
last_words as (

    select * from (
        select
            *,
            row_number() over (
                partition by model_id, segment_id
                order by
                    dbt_valid_from desc,
                    dbt_valid_to desc nulls first,
                    segment_name asc
            ) as words_back
        from called
    ) as ranked
    where words_back = 1

),

stays {{ as_inlined() }} (

    select
        history.customer_unique_id,
        history.segment_id,
        history.segment_key,
        history.model_id,
        history.dbt_valid_from,
        history.dbt_valid_to,
        last_words.segment_key as last_key,
        last_words.segment_name as last_name

    from history
    left join last_words
        on
            history.model_id = last_words.model_id
            and history.segment_id = last_words.segment_id
    where
        history.dbt_valid_to is null
        or history.dbt_valid_to > history.dbt_valid_from

),

-- Only these customers are followed from stay to stay: most have a single one.
moved as (

    select distinct customer_unique_id from stays
    where dbt_valid_to is not null

),

followed as (

    select
        stays.*,
        lag(stays.segment_id) over stays_of_customer as previous_segment_id,
        lag(stays.segment_key) over stays_of_customer as previous_key,
        lag(stays.last_key) over stays_of_customer as previous_last_key,
        lag(stays.model_id) over stays_of_customer as previous_model_id

    from stays
    inner join moved
        on stays.customer_unique_id = moved.customer_unique_id
    window
        stays_of_customer as (
            partition by stays.customer_unique_id order by stays.dbt_valid_from
        )

),

compared as (

    select
        *,
        coalesce(model_id != previous_model_id, false) as is_by_new_model,
        -- Segments of one model may swap their names: their numbers tell them apart.
        case
            when model_id = previous_model_id
                then segment_id = previous_segment_id
            else coalesce(segment_key in (previous_key, previous_last_key), false)
        end as is_same_segment

    from followed

),

numbered as (

    select
        *,
        sum(case when is_same_segment then 0 else 1 end) over (
            partition by customer_unique_id order by dbt_valid_from
        ) as visit

    from compared

),

visits as (

    select
        customer_unique_id,
        min(dbt_valid_from) as entered,
        min_by(model_id, dbt_valid_from) as model_id,
        max_by(last_key, dbt_valid_from) as segment_key,
        max_by(last_name, dbt_valid_from) as segment_name,
        min_by(is_by_new_model, dbt_valid_from) as is_by_new_model

    from numbered
    group by customer_unique_id, visit

),

ordered as (

    select
        *,
        lag(segment_key) over (
            partition by customer_unique_id order by entered
        ) as previous_segment_key,
        lag(segment_name) over (
            partition by customer_unique_id order by entered
        ) as previous_segment_name

    from visits

),

changed as (

    select
        customer_unique_id,
        entered,
        lead(entered) over (
            partition by customer_unique_id order by entered
        ) as ended,
        segment_key,
        previous_segment_key,
        model_id,
        segment_name,
        previous_segment_name,
        is_by_new_model
    from ordered
    where coalesce(segment_key, '') != coalesce(previous_segment_key, '')
    union all
    select
        stays.customer_unique_id,
        stays.dbt_valid_from as entered,
        null as ended,
        stays.last_key as segment_key,
        null as previous_segment_key,
        stays.model_id,
        stays.last_name as segment_name,
        null as previous_segment_name,
        false as is_by_new_model
    from stays
    left join moved
        on stays.customer_unique_id = moved.customer_unique_id
    where moved.customer_unique_id is null and stays.segment_id is not null

),

changes as (

    select
        md5(concat_ws('|', customer_unique_id, cast(entered as string)))
            as change_id,
        customer_unique_id,

        cast(entered as date) as entered_at,
        cast(ended as date) as left_at,

        segment_key,
        previous_segment_key,
        model_id,

        segment_name,
        previous_segment_name,

        is_by_new_model

    from changed

)

select * from changes
