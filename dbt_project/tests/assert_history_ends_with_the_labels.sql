-- Unless a past day was built, the history of segments and the changes end with
-- today's labels: everybody who has one, and nobody else, is in that segment.

with last_change as (

    select cast(max(dbt_valid_from) as date) as last_day
    from {{ ref('customer_segment_history') }}

),

as_of as (

    select max(as_of_date) as as_of_date from {{ ref('customer_segments') }}

),

labels as (

    select
        customer_unique_id,
        segment_key
    from {{ ref('customer_segments') }}

),

stays as (

    select
        customer_unique_id,
        segment_key
    from {{ ref('customer_segment_history') }}
    where dbt_valid_to is null and segment_id is not null

),

changes as (

    select
        customer_unique_id,
        segment_key
    from {{ ref('segment_changes') }}
    where left_at is null and segment_key is not null

),

compared as (

    select
        coalesce(
            labels.customer_unique_id,
            stays.customer_unique_id,
            changes.customer_unique_id
        ) as customer_unique_id,
        labels.segment_key as label,
        stays.segment_key as segment_key_of_history,
        changes.segment_key as segment_key_of_changes

    from labels
    full outer join stays
        on labels.customer_unique_id = stays.customer_unique_id
    full outer join changes
        on labels.customer_unique_id = changes.customer_unique_id

)

select compared.*
from compared
cross join as_of
cross join last_change
where
    (
        as_of.as_of_date >= last_change.last_day
        or last_change.last_day is null
    )
    and (
        compared.label is distinct from compared.segment_key_of_history
        or compared.label is distinct from compared.segment_key_of_changes
    )
