-- A stored model has features, centroids and bins, and none of them is left of a model
-- that is not stored: a build that was stopped may have written a part only.

with parts as (

    {% for table in ['models', 'model_features', 'centroids', 'model_bins'] %}
        select distinct
            model_id,
            '{{ table }}' as part
        from {{ ref('segment_' ~ table) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    model_id,
    count(*) as part_count
from parts
group by model_id
having count(*) != 4
