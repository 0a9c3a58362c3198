-- Who left a segment of late, and was it for one that spends more or less?

with changes as (

    select * from {{ ref('segment_changes') }}
    where previous_segment_key = {{ asked_segment() }}

),

segments as (

    select * from {{ ref('segments') }}

),

as_of as (

    select as_of_date from {{ ref('int_as_of') }}

)

select
    changes.customer_unique_id,
    changes.previous_segment_key as segment_key,
    changes.entered_at as left_at,
    coalesce(changes.segment_key, 'none') as next_segment_key,
    -- segments are numbered by mean spend, the highest first
    case
        when changes.segment_key is null then 'out'
        when entered.segment_id < before.segment_id then 'upwards'
        when entered.segment_id > before.segment_id then 'downwards'
    end as direction,
    customers.total_spend,
    customers.order_count,
    cast(customers.last_purchased_at as date) as last_purchase_date
from changes
inner join {{ ref('customers') }} as customers
    on changes.customer_unique_id = customers.customer_unique_id
cross join as_of
left join segments as entered
    on changes.segment_key = entered.segment_key
left join segments as before
    on changes.previous_segment_key = before.segment_key
where
    {{ days_between('changes.entered_at', 'as_of.as_of_date') }}
    < {{ asked_number('days', 30) }}
order by customers.total_spend desc, changes.customer_unique_id asc
