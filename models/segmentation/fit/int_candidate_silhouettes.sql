-- One row per candidate k: the mean Euclidean silhouette of 1,000 to 3,000 customers,
-- drawn from every cluster in proportion, at least two of each. For comparison with
-- published figures: the exact silhouette in squared distance is what the rule reads.

{#- All pairs of the sample are compared: 3,000 of the real customers come within 0.01
    of the figures published for all of them, 2,000 within 0.013. #}
{%- set sample_size = 'least(3000, 1000 + customer_count / 30)' %}

with assignments as (

    select * from {{ ref('int_candidate_assignments') }}

),

points as (

    select * from {{ ref('int_fit_features') }}

),

sizes as (

    select
        k,
        cluster_id,
        count(*) as cluster_size,
        sum(count(*)) over (partition by k) as customer_count

    from assignments
    group by k, cluster_id

),

quotas as (

    select
        k,
        cluster_id,
        greatest(
            2, {{ sample_size }} * cluster_size / customer_count
        ) as quota,
        -- Far more than the quota has a hash below this, and only that is sorted.
        {{ highest_hash(
            '(40 + 2 * ' ~ sample_size ~ ' * cluster_size / customer_count) '
            ~ '/ cluster_size'
        ) }} as highest_hash

    from sizes

),

drawn as (

    select
        assignments.customer_unique_id,
        assignments.k,
        assignments.cluster_id,
        quotas.quota,
        row_number() over (
            partition by assignments.k, assignments.cluster_id
            order by
                md5(assignments.customer_unique_id),
                assignments.customer_unique_id
        ) as draw

    from assignments
    inner join quotas
        on
            assignments.k = quotas.k
            and assignments.cluster_id = quotas.cluster_id
    where substr(md5(assignments.customer_unique_id), 1, 8) <= quotas.highest_hash

),

sample as (

    select
        cast(
            row_number() over (order by drawn.k, points.customer_unique_id) as integer
        ) as sample_number,
        drawn.k,
        drawn.cluster_id,
        points.*

    from drawn
    inner join points
        on drawn.customer_unique_id = points.customer_unique_id
    where drawn.draw <= drawn.quota

),

to_clusters as (

    select
        one.sample_number,
        other.cluster_id as other_cluster_id,
        sum(sqrt({{ squared_distance('one', 'other') }})) as total_distance,
        count(*) as member_count

    from sample as one
    inner join sample as other
        on one.k = other.k
    group by one.sample_number, other.cluster_id

),

per_customer as (

    select
        sample.k,
        sample.sample_number,
        max(to_clusters.total_distance / nullif(to_clusters.member_count - 1, 0))
            filter (where to_clusters.other_cluster_id = sample.cluster_id)
            as own_mean,
        min(to_clusters.total_distance / to_clusters.member_count)
            filter (where to_clusters.other_cluster_id != sample.cluster_id)
            as other_mean

    from to_clusters
    inner join sample
        on to_clusters.sample_number = sample.sample_number
    group by sample.k, sample.sample_number

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
