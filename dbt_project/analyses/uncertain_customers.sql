-- Which customers would be in another segment if the sample of customers had been a
-- little different?

select
    members.customer_unique_id,
    members.segment_key,
    members.runner_up_segment_key,
    members.certainty,
    members.silhouette,
    members.untrue_words,
    members.total_spend
from {{ ref('segment_members') }} as members
where members.certainty < {{ asked_number('certainty', 0.8) }}
order by
    members.certainty asc,
    members.total_spend desc,
    members.customer_unique_id asc
