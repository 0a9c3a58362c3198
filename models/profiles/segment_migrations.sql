-- One row per day of changes, segment before and segment after: how many customers
-- moved, or stayed if both are the same. `none` means no segment.

with changes as (

    select * from {{ ref('segment_changes') }}

),

moves as (

    select
        entered_at as as_of_date,
        coalesce(previous_segment_key, 'none') as from_segment_key,
        coalesce(segment_key, 'none') as to_segment_key,
        count(*) as customer_count

    from changes
    group by entered_at, previous_segment_key, segment_key

),

flows as (

    select
        as_of_date,
        to_segment_key as segment_key,
        customer_count as entered,
        0 as gone
    from moves
    union all
    select
        as_of_date,
        from_segment_key as segment_key,
        0 as entered,
        customer_count as gone
    from moves

),

days as (

    select distinct as_of_date from moves

),

segments as (

    select distinct segment_key from flows
    where segment_key != 'none'

),

per_day as (

    select
        days.as_of_date,
        segments.segment_key,
        coalesce(sum(flows.entered), 0) as entered,
        coalesce(sum(flows.gone), 0) as gone

    from days
    cross join segments
    left join flows
        on
            days.as_of_date = flows.as_of_date
            and segments.segment_key = flows.segment_key
    group by days.as_of_date, segments.segment_key

),

stayed as (

    select
        as_of_date,
        segment_key as from_segment_key,
        segment_key as to_segment_key,
        sum(entered - gone) over (
            partition by segment_key order by as_of_date
        ) - entered as customer_count

    from per_day

),

together as (

    select * from moves
    union all
    select * from stayed
    where customer_count > 0

),

shared as (

    select
        from_segment_key,
        to_segment_key,

        cast(customer_count as bigint) as customer_count,
        case
            when from_segment_key != 'none'
                then cast(customer_count as double) / sum(customer_count) over (
                    partition by as_of_date, from_segment_key
                )
        end as share_of_from,

        as_of_date

    from together

)

select * from shared
