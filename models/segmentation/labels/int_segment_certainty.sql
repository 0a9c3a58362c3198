-- One row per eligible customer: the share of refits on bootstrap samples that give
-- them the segment of the current model.

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02
{%- set segments = segment_numbers() %}

with centroids as (

    select * from {{ ref('int_refit_centroids') }}

),

matches as (

    select
        refit
        {%- for segment in segments %},
        max(case when segment_id = {{ segment }} then cluster_id end)
            as match_of_{{ segment }}
        {%- endfor %}

    from {{ ref('int_refit_matches') }}
    group by refit

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
        'members', 'centroids', 'refit', segments, ['customer_unique_id', 'segment_id']
    ) | indent(4) }}

),

found as (

    select
        labelled.customer_unique_id,
        case labelled.segment_id
            {%- for segment in segments %}
                when {{ segment }}
                    then
                        case
                            when labelled.cluster_id = matches.match_of_{{ segment }}
                                then 1
                            else 0
                        end
            {%- endfor %}
        end as is_found

    from labelled
    inner join matches
        on labelled.refit = matches.refit

),

certainty as (

    select
        customer_unique_id,
        cast(sum(is_found) as double) / count(*) as certainty

    from found
    group by customer_unique_id

)

select * from certainty
