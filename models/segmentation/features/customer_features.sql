-- One row per eligible customer: a person with at least one delivered order with
-- items. The numbers that can be clustered on, in their own units.

with customers as (

    select * from {{ ref('customers') }}
    where is_eligible

),

as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

features as (

    select
        customers.customer_unique_id,

        {{ days_between('customers.last_purchased_at', 'as_of.as_of_date') }}
            as recency_days,
        {{ days_between('customers.first_purchased_at', 'as_of.as_of_date') }}
            as tenure_days,
        customers.order_count,
        customers.item_count,
        customers.category_count,
        customers.total_spend,
        {{ rounded_ratio(
            'customers.total_spend', 'customers.order_count', 18, 2
        ) }} as average_order_value,
        case
            when customers.total_spend > 0
                then
                    cast(customers.total_freight as double)
                    / cast(customers.total_spend as double)
        end as freight_share,
        customers.review_score,
        customers.installments,
        customers.delivery_days,
        customers.delivery_delay_days,
        customers.distance_km

    from customers
    cross join as_of

)

select * from features
