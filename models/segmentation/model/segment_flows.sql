-- One row per k, cluster and cluster at k + 1: the customers whom they share. It shows
-- how segments form as k grows.

with assignments as (

    select * from {{ ref('int_candidate_assignments') }}

),

flows as (

    select
        assignments.k,
        assignments.cluster_id,
        next_assignments.cluster_id as next_cluster_id,
        count(*) as customer_count

    from assignments
    inner join assignments as next_assignments
        on
            assignments.customer_unique_id = next_assignments.customer_unique_id
            and assignments.k + 1 = next_assignments.k
    group by
        assignments.k,
        assignments.cluster_id,
        next_assignments.cluster_id

),

segments as (

    select * from {{ ref('int_chosen_clusters') }}

),

joined as (

    select
        cast(flows.k as integer) as k,
        cast(flows.cluster_id as integer) as cluster_id,
        cast(flows.next_cluster_id as integer) as next_cluster_id,
        segments.segment_id,
        next_segments.segment_id as next_segment_id,

        flows.customer_count

    from flows
    left join segments
        on
            flows.k = segments.k
            and flows.cluster_id = segments.cluster_id
    left join segments as next_segments
        on
            flows.k + 1 = next_segments.k
            and flows.next_cluster_id = next_segments.cluster_id

)

select * from joined
