-- How many customers moved from which segment to which on the last day with changes?

with moves as (

    select
        *,
        max(as_of_date) over () as last_date
    from {{ ref('segment_migrations') }}

)

select
    as_of_date,
    from_segment_key,
    to_segment_key,
    customer_count,
    round(share_of_from, 4) as share_of_from
from moves
where as_of_date = last_date and from_segment_key != to_segment_key
order by customer_count desc, from_segment_key asc, to_segment_key asc
