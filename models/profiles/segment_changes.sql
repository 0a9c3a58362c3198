-- One row per customer and change of segment, as builds saw it: where from, where to,
-- and when. New words for a segment, or a new model that gives it the same name, change
-- nothing.

with history as (

    select
        customer_unique_id,
        segment_key,
        segment_name,
        model_id,
        dbt_valid_from,
        dbt_valid_to,
        -- What was written before segments were kept by number lacks it.
        coalesce(segment_id, max(segment_id) over (
            partition by model_id, segment_key
        )) as segment_id

    from {{ ref('customer_segment_history') }}

),

stays as (

    select
        *,
        -- What its model calls the segment now.
        case
            when segment_id is null then segment_key
            else max_by(segment_key, dbt_valid_from) over (
                partition by model_id, segment_id
            )
        end as last_key,
        case
            when segment_id is null then segment_name
            else max_by(segment_name, dbt_valid_from) over (
                partition by model_id, segment_id
            )
        end as last_name,
        row_number() over (
            partition by customer_unique_id order by dbt_valid_from
        ) as stay

    from history
    where dbt_valid_to is null or dbt_valid_to > dbt_valid_from

),

compared as (

    select
        stays.*,
        coalesce(stays.model_id != previous.model_id, false) as is_by_new_model,
        coalesce(
            stays.segment_key = previous.segment_key
            or (
                stays.model_id = previous.model_id
                and stays.segment_id = previous.segment_id
            ), false
        ) as is_same_segment

    from stays
    left join stays as previous
        on
            stays.customer_unique_id = previous.customer_unique_id
            and stays.stay = previous.stay + 1

),

numbered as (

    select
        *,
        sum(case when is_same_segment then 0 else 1 end) over (
            partition by customer_unique_id order by stay
        ) as visit

    from compared

),

visits as (

    select
        customer_unique_id,
        min(dbt_valid_from) as entered,
        min_by(model_id, stay) as model_id,
        max_by(last_key, stay) as segment_key,
        max_by(last_name, stay) as segment_name,
        min_by(is_by_new_model, stay) as is_by_new_model

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

changes as (

    select
        md5(concat_ws('|', customer_unique_id, cast(entered as string)))
            as change_id,
        customer_unique_id,

        cast(entered as date) as entered_at,
        cast(
            lead(entered) over (
                partition by customer_unique_id order by entered
            ) as date
        ) as left_at,

        segment_key,
        previous_segment_key,
        model_id,

        segment_name,
        previous_segment_name,

        is_by_new_model

    from ordered
    where coalesce(segment_key, '') != coalesce(previous_segment_key, '')

)

select * from changes
