-- In the history of segments a customer is in one place at any time: the next stay
-- begins on the day on which one ends, and only the last one has no end.

with stays as (

    select
        customer_unique_id,
        dbt_valid_from,
        dbt_valid_to,
        lead(dbt_valid_from) over (
            partition by customer_unique_id
            order by dbt_valid_from, dbt_valid_to nulls last
        ) as next_valid_from

    from {{ ref('customer_segment_history') }}

)

select * from stays
where
    dbt_valid_to is distinct from next_valid_from
    or dbt_valid_to < dbt_valid_from
