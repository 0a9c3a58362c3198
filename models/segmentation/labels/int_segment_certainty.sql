-- One row per eligible customer: the share of refits on bootstrap samples that give
-- them the segment of the current model.

with centroids as (

    select * from {{ ref('int_refit_centroids') }}

),

matches as (

    select * from {{ ref('int_refit_matches') }}

),

members as (

    select
        points.*,
        assignments.segment_id

    from {{ ref('int_scaled_features') }} as points
    inner join {{ ref('int_segment_assignments') }} as assignments
        on points.customer_unique_id = assignments.customer_unique_id

),

labelled as (

    {{ nearest_clusters(
        'members', 'centroids', 'refit', segment_numbers(),
        ['customer_unique_id', 'segment_id']
    ) | indent(4) }}

),

certainty as (

    select
        labelled.customer_unique_id,
        cast(count(matches.refit) as double) / count(*) as certainty

    from labelled
    left join matches
        on
            labelled.refit = matches.refit
            and labelled.segment_id = matches.segment_id
            and labelled.cluster_id = matches.cluster_id
    group by labelled.customer_unique_id

)

select * from certainty
