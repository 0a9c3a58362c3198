-- One row per candidate k: the mean Euclidean silhouette of 1,000 to 3,000 customers,
-- drawn from every cluster in proportion, at least two of each. For comparison with
-- published figures: the exact silhouette in squared distance is what the rule reads.

{#- All pairs of the sample are compared: 3,000 of the real customers come within 0.01
    of the figures published for all of them, 2,000 within 0.013. #}
{%- set sample_size = 'least(3000, 1000 + drawn.customer_count / 30)' %}

with assignments as (

    select * from {{ ref('int_candidate_assignments') }}

),

points as (

    select * from {{ ref('int_fit_features') }}

),

drawn as (

    select
        customer_unique_id,
        k,
        cluster_id,
        row_number() over (
            partition by k, cluster_id
            order by md5(customer_unique_id), customer_unique_id
        ) as draw,
        count(*) over (partition by k, cluster_id) as cluster_size,
        count(*) over (partition by k) as customer_count

    from assignments

),

sample as (

    select
        drawn.k,
        drawn.cluster_id,
        points.*

    from drawn
    inner join points
        on drawn.customer_unique_id = points.customer_unique_id
    where
        drawn.draw <= greatest(
            2, {{ sample_size }} * drawn.cluster_size / drawn.customer_count
        )

),

to_clusters as (

    select
        one.k,
        one.customer_unique_id,
        one.cluster_id,
        other.cluster_id as other_cluster_id,
        sum(sqrt({{ squared_distance('one', 'other') }})) as total_distance,
        count(*) as member_count

    from sample as one
    inner join sample as other
        on one.k = other.k
    group by one.k, one.customer_unique_id, one.cluster_id, other.cluster_id

),

per_customer as (

    select
        k,
        customer_unique_id,
        max(total_distance / nullif(member_count - 1, 0)) filter (
            where other_cluster_id = cluster_id
        ) as own_mean,
        min(total_distance / member_count) filter (
            where other_cluster_id != cluster_id
        ) as other_mean

    from to_clusters
    group by k, customer_unique_id

),

per_k as (

    select
        k,
        {{ exact_sum(
            'case when greatest(own_mean, other_mean) > 0 and own_mean is not null '
            ~ 'then (other_mean - own_mean) / greatest(own_mean, other_mean) '
            ~ 'else 0 end'
        ) }} / count(*) as silhouette_euclidean

    from per_customer
    group by k

)

select * from per_k
