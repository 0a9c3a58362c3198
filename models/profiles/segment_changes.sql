-- One row per customer and change of segment, as builds saw it: where from, where to,
-- and when.

with stays as (

    select * from {{ ref('customer_segment_history') }}
    where dbt_valid_to is null or dbt_valid_to > dbt_valid_from

),

ordered as (

    select
        *,
        lag(segment_key) over (
            partition by customer_unique_id order by dbt_valid_from
        ) as previous_segment_key,
        lag(segment_name) over (
            partition by customer_unique_id order by dbt_valid_from
        ) as previous_segment_name,
        lag(model_id) over (
            partition by customer_unique_id order by dbt_valid_from
        ) as previous_model_id

    from stays

),

changes as (

    select
        md5(
            concat_ws('|', customer_unique_id, cast(dbt_valid_from as string))
        ) as change_id,
        customer_unique_id,

        cast(dbt_valid_from as date) as entered_at,
        cast(
            lead(dbt_valid_from) over (
                partition by customer_unique_id order by dbt_valid_from
            ) as date
        ) as left_at,

        segment_key,
        previous_segment_key,
        model_id,

        segment_name,
        previous_segment_name,

        coalesce(model_id != previous_model_id, false) as is_by_new_model

    from ordered
    where coalesce(segment_key, '') != coalesce(previous_segment_key, '')

)

select * from changes
