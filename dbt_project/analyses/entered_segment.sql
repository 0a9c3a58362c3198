-- Who entered a segment of late, and from where?

with history as (

    select min(entered_at) as first_day from {{ ref('segment_changes') }}

)

select
    members.customer_unique_id,
    members.segment_key,
    members.entered_at,
    coalesce(members.previous_segment_key, 'none') as previous_segment_key,
    members.untrue_words,
    members.certainty,
    members.total_spend,
    members.order_count,
    members.recency_days
from {{ ref('segment_members') }} as members
cross join history
where
    members.segment_key = {{ asked_segment() }}
    -- on the first day of the history everybody enters
    and members.entered_at > history.first_day
    and {{ days_between('members.entered_at', 'members.as_of_date') }}
    < {{ asked_number('days', 30) }}
order by members.total_spend desc, members.customer_unique_id asc
