-- A stored centroid is the mean of the scaled features of the customers who got its
-- label at the fit. If labels were attached by row position, every segment would show
-- the grand mean. Once a customer of the fit is forgotten, the mean cannot be taken any
-- more: a model keeps its centroids.

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02
{%- set features = chosen_features() %}

with members as (

    select
        clusters.segment_id,
        {% for feature in features -%}
            avg(points.{{ feature.name }}) as {{ feature.name }}
            {{- ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_fit_features') }} as points
    inner join {{ ref('int_candidate_assignments') }} as labelled
        on points.customer_unique_id = labelled.customer_unique_id
    inner join {{ ref('int_chosen_clusters') }} as clusters
        on
            labelled.k = clusters.k
            and labelled.cluster_id = clusters.cluster_id
    group by clusters.segment_id

),

means as (

    {% for feature in features %}
        select
            segment_id,
            '{{ feature.name }}' as feature,
            {{ feature.name }} as mean
        from members
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

forgotten as (

    select count(*) as model_count
    from {{ ref('segment_models') }}
    where
        is_current
        and customers_fitted > (select count(*) from {{ ref('int_fit_features') }})

)

select
    centroids.segment_id,
    centroids.feature,
    centroids.scaled_value,
    means.mean
from {{ ref('int_current_centroids') }} as centroids
cross join forgotten
left join means
    on
        centroids.segment_id = means.segment_id
        and centroids.feature = means.feature
where
    forgotten.model_count = 0
    and (means.mean is null or abs(centroids.scaled_value - means.mean) > 1e-9)
