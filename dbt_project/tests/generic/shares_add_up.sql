{# Fails for every segment of a breakdown whose shares do not add up to 1, or whose
   revenue is not that of the segment. A segment that nobody is in has no rows. #}
{% test shares_add_up(model, column_name) %}

with breakdown as (

    select
        segment_id,
        sum({{ column_name }}) as share,
        sum(revenue) as revenue
    from {{ model }}
    group by segment_id

)

select
    breakdown.*,
    segments.revenue as segment_revenue
from breakdown
inner join {{ ref('segments') }} as segments
    on breakdown.segment_id = segments.segment_id
where
    abs(breakdown.share - 1) > 1e-9
    or breakdown.revenue != segments.revenue

{% endtest %}
