-- One row per candidate k: the mean Euclidean silhouette of 1,000 to 3,000 customers,
-- drawn from every cluster in proportion to its size, at least two of each. It is
-- compared with published figures; the rule for k reads the exact silhouette in squared
-- distance.

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02
{#- All pairs of the sample are compared: 3,000 of the real customers come within 0.01
    of the figures published for all of them, 2,000 within 0.013. The samples of the
    candidates have nearly all customers in common, so a distance is computed once, and
    added up over customers who share their clusters in every candidate. #}
{%- set sample_size = 'least(3000, 1000 + customer_count / 30)' %}
{%- set ks = range(var('k_min') | int, var('k_max') | int + 1) %}

with assignments {{ as_inlined() }} (

    select * from {{ ref('int_candidate_assignments') }}
    where k between {{ ks | first }} and {{ ks | last }}

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
        -- Many more customers than the quota have a hash below this; only they are
        -- sorted.
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
        customer_unique_id,
        k,
        cluster_id

    from drawn
    where draw <= quota

),

clusters_of_all_k as (

    select
        customer_unique_id,
        {%- for k in ks %}
        max(case when k = {{ k }} then cluster_id end) as cluster_of_{{ k }}
        {{- ',' if not loop.last }}
        {%- endfor %}

    from sample
    group by customer_unique_id

),

sampled_points as (

    select
        dense_rank() over (
            order by
                {%- for k in ks %}
                clusters.cluster_of_{{ k }}{{ ',' if not loop.last }}
                {%- endfor %}
        ) as kind,
        cast(
            row_number() over (order by points.customer_unique_id) as integer
        ) as sample_number,
        points.*

    from clusters_of_all_k as clusters
    inner join points
        on clusters.customer_unique_id = points.customer_unique_id

),

members as (

    select
        sampled_points.sample_number,
        sampled_points.kind,
        sample.k,
        sample.cluster_id

    from sampled_points
    inner join sample
        on sampled_points.customer_unique_id = sample.customer_unique_id

),

kinds as (

    select distinct
        kind,
        k,
        cluster_id
    from members

),

to_kinds as (

    select
        one.sample_number,
        other.kind as other_kind,
        sum(sqrt({{ squared_distance('one', 'other') }})) as total_distance,
        count(*) as member_count

    from sampled_points as one
    cross join sampled_points as other
    group by one.sample_number, other.kind

),

to_clusters as (

    select
        kinds.k,
        to_kinds.sample_number,
        kinds.cluster_id,
        sum(to_kinds.total_distance) as total_distance,
        sum(to_kinds.member_count) as member_count

    from to_kinds
    inner join kinds
        on to_kinds.other_kind = kinds.kind
    group by kinds.k, to_kinds.sample_number, kinds.cluster_id

),

per_customer as (

    select
        members.k,
        members.sample_number,
        max(to_clusters.total_distance / nullif(to_clusters.member_count - 1, 0))
            filter (where to_clusters.cluster_id = members.cluster_id) as own_mean,
        min(to_clusters.total_distance / to_clusters.member_count)
            filter (where to_clusters.cluster_id != members.cluster_id) as other_mean

    from members
    inner join to_clusters
        on
            members.k = to_clusters.k
            and members.sample_number = to_clusters.sample_number
    group by members.k, members.sample_number

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
