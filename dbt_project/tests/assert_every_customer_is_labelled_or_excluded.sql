-- Every customer is either in customer_segments or in excluded_customers.

with counted as (

    select
        customers.customer_unique_id,
        count(labelled.customer_unique_id) + count(excluded.customer_unique_id)
            as places
    from {{ ref('customers') }} as customers
    left join {{ ref('customer_segments') }} as labelled
        on customers.customer_unique_id = labelled.customer_unique_id
    left join {{ ref('excluded_customers') }} as excluded
        on customers.customer_unique_id = excluded.customer_unique_id
    group by customers.customer_unique_id

)

select * from counted
where places != 1
