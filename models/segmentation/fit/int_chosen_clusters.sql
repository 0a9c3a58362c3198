-- One row per cluster of the chosen k: its number as a segment, by the mean spend of
-- its members, 1 for the highest.

with choice as (

    select k from {{ ref('int_k_choice') }}
    where is_chosen

),

assignments as (

    select * from {{ ref('int_candidate_assignments') }}

),

customers as (

    select * from {{ ref('customer_features') }}

),

spend as (

    select
        assignments.k,
        assignments.cluster_id,
        count(*) as customer_count,
        {{ exact_sum('customers.total_spend') }} / count(*) as mean_spend

    from assignments
    inner join choice
        on assignments.k = choice.k
    inner join customers
        on assignments.customer_unique_id = customers.customer_unique_id
    group by assignments.k, assignments.cluster_id

),

numbered as (

    select
        k,
        cluster_id,
        cast(
            row_number() over (order by mean_spend desc, cluster_id asc) as integer
        ) as segment_id,
        customer_count,
        round(mean_spend, 2) as mean_spend

    from spend

)

select * from numbered
