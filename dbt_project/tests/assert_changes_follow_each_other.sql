-- A customer's next change of segment begins on the day on which one ends, and names
-- the segment that was left; the first comes from none and the last has no end.

with changes as (

    select
        customer_unique_id,
        entered_at,
        left_at,
        segment_key,
        previous_segment_key,
        lead(entered_at) over changes_of_customer as next_entered_at,
        lag(segment_key) over changes_of_customer as segment_key_before

    from {{ ref('segment_changes') }}
    window
        changes_of_customer as (partition by customer_unique_id order by entered_at)

)

select * from changes
where
    left_at is distinct from next_entered_at
    or left_at <= entered_at
    or previous_segment_key is distinct from segment_key_before
    or segment_key is not distinct from previous_segment_key
