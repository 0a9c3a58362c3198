-- On every day of segment_migrations, those who leave a segment or stay in it are all
-- who were in it after the day before.

with moves as (

    select * from {{ ref('segment_migrations') }}

),

flows as (

    select
        as_of_date,
        to_segment_key as segment_key,
        customer_count as members_after,
        0 as members_before
    from moves
    union all
    select
        as_of_date,
        from_segment_key as segment_key,
        0 as members_after,
        customer_count as members_before
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
        coalesce(sum(flows.members_after), 0) as members_after,
        coalesce(sum(flows.members_before), 0) as members_before

    from days
    cross join segments
    left join flows
        on
            days.as_of_date = flows.as_of_date
            and segments.segment_key = flows.segment_key
    group by days.as_of_date, segments.segment_key

),

chained as (

    select
        *,
        lag(members_after, 1, 0) over (
            partition by segment_key order by as_of_date
        ) as members_of_day_before

    from per_day

)

select * from chained
where members_before != members_of_day_before
