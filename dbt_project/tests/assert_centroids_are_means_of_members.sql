-- A stored centroid is the mean of the scaled features of the customers that carry its
-- label. Labels glued on by row position would show every segment the grand mean.

with members as (

    {% for feature in var('features') %}
        select
            labelled.segment_id,
            '{{ feature.name }}' as feature,
            avg(points.{{ feature.name }}) as mean
        from {{ ref('customer_segments') }} as labelled
        inner join {{ ref('int_scaled_features') }} as points
            on labelled.customer_unique_id = points.customer_unique_id
        group by labelled.segment_id
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    centroids.segment_id,
    centroids.feature,
    centroids.scaled_value,
    members.mean
from {{ ref('segment_centroids') }} as centroids
left join members
    on
        centroids.segment_id = members.segment_id
        and centroids.feature = members.feature
where members.mean is null or abs(centroids.scaled_value - members.mean) > 1e-9
