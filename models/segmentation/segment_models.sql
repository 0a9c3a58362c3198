-- One row per fitted model.

with choice as (

    select * from {{ ref('segment_k_candidates') }}
    where is_chosen

),

as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

customers as (

    select count(*) as customers_fitted from {{ ref('int_scaled_features') }}

),

model as (

    select
        concat(
            cast(as_of.as_of_date as varchar), '-k', cast(choice.k as varchar),
            '-{{ local_md5(var("features") | tojson)[:8] }}'
        ) as model_id,

        '{{ var("features") | map(attribute="name") | join(", ") }}' as features,

        choice.k,
        customers.customers_fitted,
        choice.inertia,
        choice.silhouette,

        true as is_current,

        as_of.as_of_date

    from choice
    cross join as_of
    cross join customers

)

select * from model
