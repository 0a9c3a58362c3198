-- One row per cluster of the chosen k: its centroid, and the segment number it gets
-- from the mean spend of its members, 1 for the highest.

{%- set features = var('features') %}

with choice as (

    select k from {{ ref('int_k_choice') }}
    where is_chosen

),

centroids as (

    select * from {{ ref('int_candidate_centroids') }}

),

assignments as (

    select * from {{ ref('int_candidate_assignments') }}

),

customers as (

    select * from {{ ref('customer_features') }}

),

spend as (

    select
        assignments.cluster_id,
        count(*) as customer_count,
        {{ exact_sum('customers.total_spend') }} / count(*) as mean_spend

    from assignments
    inner join choice
        on assignments.k = choice.k
    inner join customers
        on assignments.customer_unique_id = customers.customer_unique_id
    group by assignments.cluster_id

),

numbered as (

    select
        centroids.cluster_id,
        row_number() over (
            order by spend.mean_spend desc, centroids.cluster_id asc
        ) as segment_id,
        round(spend.mean_spend, 2) as mean_spend,
        {% for feature in features -%}
            centroids.{{ feature.name }}{{ ',' if not loop.last }}
        {% endfor %}
    from centroids
    inner join choice
        on centroids.k = choice.k
    inner join spend
        on centroids.cluster_id = spend.cluster_id

)

select * from numbered
