-- One row per segment of the current model: how well it is found again in refits on
-- bootstrap samples, and where its members come from at k - 1.

with segments as (

    select * from {{ ref('int_chosen_clusters') }}

),

model as (

    select * from {{ ref('segment_models') }}
    where is_current

),

refits as (

    select
        segment_id,
        {{ exact_sum('jaccard') }} / count(*) as jaccard_mean,
        min(jaccard) as jaccard_min,
        cast(count(*) filter (where jaccard >= 0.75) as double) / count(*)
            as found_share,
        count(*) as refits

    from {{ ref('int_refit_matches') }}
    group by segment_id

),

sources as (

    select
        next_segment_id as segment_id,
        k,
        cluster_id,
        cast(customer_count as double) / sum(customer_count) over (
            partition by next_segment_id
        ) as member_share,
        row_number() over (
            partition by next_segment_id
            order by customer_count desc, cluster_id asc
        ) as source_rank

    from {{ ref('segment_flows') }}
    where next_segment_id is not null

),

origins as (

    select
        segment_id,
        -- With k = 2 there is a single source, and ln(k - 1) is 0. What is added makes
        -- 0.0 of -0.0.
        round(
            1 + {{ exact_sum('member_share * ln(member_share)') }}
            / nullif(ln(max(k)), 0), 9
        ) + 0.0 as slsa,
        max(case when source_rank = 1 then cluster_id end) as main_source_cluster_id,
        max(member_share) as main_source_share

    from sources
    group by segment_id

),

joined as (

    select
        segments.segment_id,
        model.model_id,

        case
            when refits.jaccard_mean <= 0.5 then 'dissolved'
            when refits.jaccard_mean < 0.6 then 'not to be trusted'
            when refits.jaccard_mean < 0.75 then 'a pattern'
            when refits.jaccard_mean < 0.85 then 'valid'
            when refits.jaccard_mean is not null then 'highly stable'
        end as band,

        refits.jaccard_mean,
        refits.jaccard_min,
        refits.found_share,
        coalesce(refits.refits, 0) as refits,
        origins.slsa,
        origins.main_source_cluster_id,
        origins.main_source_share

    from segments
    cross join model
    left join refits
        on segments.segment_id = refits.segment_id
    left join origins
        on segments.segment_id = origins.segment_id

)

select * from joined
