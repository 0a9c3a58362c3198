-- Between which segments is the border most crowded?

select
    members.segment_key,
    others.segment_key as runner_up_segment_key,
    count(*) as customer_count,
    count(*) filter (where members.silhouette < {{ asked_number('silhouette', 0.1) }})
        as near_border_count,
    round(
        cast(
            count(*) filter (
                where members.silhouette < {{ asked_number('silhouette', 0.1) }}
            ) as double
        ) / count(*), 4
    ) as near_border_share,
    round({{ exact_sum('members.silhouette') }} / count(*), 4) as mean_silhouette
from {{ ref('customer_segments') }} as members
inner join {{ ref('segments') }} as others
    on members.runner_up_segment_id = others.segment_id
group by members.segment_key, others.segment_key
order by near_border_count desc, members.segment_key asc, others.segment_key asc
