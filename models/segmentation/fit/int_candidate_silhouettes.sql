-- One row per candidate k: the mean Euclidean silhouette of 1,000 to 3,000 customers,
-- drawn from every cluster in proportion, at least two of each. For comparison with
-- published figures: the exact silhouette in squared distance is what the rule reads.

{#- All pairs of the sample are compared: 3,000 of the real customers come within 0.01
    of the figures published for all of them, 2,000 within 0.013. #}
{%- set sample_size = 'least(3000, 1000 + customer_count / 30)' %}

{%- set clusters = range(1, var('k_max') | int + 1) %}

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
        row_number() over (
            order by drawn.k, points.customer_unique_id
        ) as sample_number,
        drawn.k,
        drawn.cluster_id,
        points.*

    from drawn
    inner join points
        on drawn.customer_unique_id = points.customer_unique_id
    where drawn.draw <= drawn.quota

),

members as (

    select
        k
        {%- for cluster in clusters %},
        nullif(
            count(case when cluster_id = {{ cluster }} then 1 end), 0
        ) as count_{{ cluster }}
        {%- endfor %}

    from sample
    group by k

),

pairs {{ as_inlined() }} (

    select
        one.sample_number,
        one.k,
        one.cluster_id,
        other.cluster_id as other_cluster_id,
        sqrt({{ squared_distance('one', 'other') }}) as distance

    from sample as one
    inner join sample as other
        on one.k = other.k

),

totals as (

    select
        sample_number,
        max(k) as k,
        max(cluster_id) as cluster_id
        {%- for cluster in clusters %},
        sum(
            case when other_cluster_id = {{ cluster }} then distance end
        ) as total_{{ cluster }}
        {%- endfor %}

    from pairs
    group by sample_number

),

per_customer as (

    select
        totals.k,
        case totals.cluster_id
            {%- for cluster in clusters %}
            when {{ cluster }}
                then total_{{ cluster }} / nullif(count_{{ cluster }} - 1, 0)
            {%- endfor %}
        end as own_mean,
        {{ least_of(
            clusters, 'case when cluster_id != # then total_# / count_# end'
        ) }} as other_mean

    from totals
    inner join members
        on totals.k = members.k

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
