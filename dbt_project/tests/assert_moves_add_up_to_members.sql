-- In every segment, the number of those who entered, less those who left since the
-- history began, is its number of members in the history; the last day of
-- segment_migrations counts them all.

with last_change as (

    select max(entered_at) as last_day from {{ ref('segment_changes') }}

),

flows as (

    select
        segment_key,
        count(*) as net
    from {{ ref('segment_changes') }}
    where segment_key is not null
    group by segment_key
    union all
    select
        previous_segment_key as segment_key,
        -count(*) as net
    from {{ ref('segment_changes') }}
    where previous_segment_key is not null
    group by previous_segment_key

),

counted as (

    select
        segment_key,
        sum(net) as by_changes,
        0 as by_migrations,
        0 as members
    from flows
    group by segment_key
    union all
    select
        migrations.to_segment_key as segment_key,
        0 as by_changes,
        sum(migrations.customer_count) as by_migrations,
        0 as members
    from {{ ref('segment_migrations') }} as migrations
    inner join last_change
        on migrations.as_of_date = last_change.last_day
    where migrations.to_segment_key != 'none'
    group by migrations.to_segment_key
    union all
    select
        segment_key,
        0 as by_changes,
        0 as by_migrations,
        count(*) as members
    from {{ ref('customer_segment_history') }}
    where dbt_valid_to is null and segment_key is not null
    group by segment_key

),

totals as (

    select
        segment_key,
        sum(by_changes) as by_changes,
        sum(by_migrations) as by_migrations,
        sum(members) as members
    from counted
    group by segment_key

)

select * from totals
where by_changes != members or by_migrations != members
