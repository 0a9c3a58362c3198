-- One row per refit on a bootstrap sample and segment: the cluster of the refit that
-- is most like the segment. All customers of the fit are compared, or about
-- refit_customers if there are more.

with centroids as (

    select * from {{ ref('int_refit_centroids') }}

),

segments as (

    select * from {{ ref('int_chosen_clusters') }}

),

shares as (

    select {{ highest_hash(
        var('refit_customers') ~ ' / cast(sum(customer_count) as double)'
    ) }} as highest_hash
    from segments

),

members as (

    select
        points.*,
        segments.segment_id

    from {{ ref('int_fit_features') }} as points
    inner join {{ ref('int_candidate_assignments') }} as assignments
        on points.customer_unique_id = assignments.customer_unique_id
    inner join segments
        on
            assignments.k = segments.k
            and assignments.cluster_id = segments.cluster_id
    cross join shares
    where substr(md5(points.customer_unique_id), 1, 8) <= shares.highest_hash

),

labelled as (

    {{ nearest_clusters(
        'members', 'centroids', 'refit', segment_numbers(), ['segment_id']
    ) | indent(4) }}

),

in_both as (

    select
        refit,
        segment_id,
        cluster_id,
        count(*) as both_count

    from labelled
    group by refit, segment_id, cluster_id

),

compared as (

    select
        refit,
        segment_id,
        cluster_id,
        cast(both_count as double) / (
            sum(both_count) over (partition by refit, segment_id)
            + sum(both_count) over (partition by refit, cluster_id)
            - both_count
        ) as jaccard

    from in_both

),

ranked as (

    select
        *,
        row_number() over (
            partition by refit, segment_id
            order by jaccard desc, cluster_id asc
        ) as match_rank

    from compared

),

matches as (

    select
        refit,
        segment_id,
        cluster_id,
        jaccard

    from ranked
    where match_rank = 1

)

select * from matches
