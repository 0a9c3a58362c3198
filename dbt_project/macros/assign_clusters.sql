{# One row per customer and partition: the nearest centroid (of equally near ones the
   lower id), the runner-up, the squared distance and the silhouette.

   The silhouette is the exact one for squared Euclidean distances over all
   customers. The mean squared distance from a point to a cluster is its squared
   distance to the cluster's mean plus the cluster's variance, so no pair of
   customers is compared. It equals scikit-learn's
   silhouette_score(metric="sqeuclidean") where centroids are means of members, as
   they are at the fit; later on, centroids stand in for the means.

   points: relation of customer_unique_id and one column per feature.
   centroids: relation of `partition`, cluster_id, feature and scaled_value. #}
{% macro assign_clusters(points, centroids, partition) -%}
    with located as (

        {{ wide_centroids(centroids, partition) | indent(4) }}

    ),

    distances as (

        select
            points.customer_unique_id,
            located.{{ partition }},
            located.cluster_id,
            {{ squared_distance('points', 'located') }} as squared_distance

        from {{ points }} as points
        cross join located

    ),

    nearest as (

        select
            customer_unique_id,
            {{ partition }},
            min_by(cluster_id, squared_distance + cluster_id * 1e-12)
                as cluster_id,
            min(squared_distance) as squared_distance

        from distances
        group by customer_unique_id, {{ partition }}

    ),

    clusters as (

        select
            {{ partition }},
            cluster_id,
            count(*) as customer_count,
            {{ exact_sum('squared_distance') }} / count(*) as variance

        from nearest
        group by {{ partition }}, cluster_id

    ),

    compared as (

        select
            distances.customer_unique_id,
            distances.{{ partition }},
            distances.cluster_id,
            nearest.cluster_id as own_cluster_id,
            distances.squared_distance,
            distances.squared_distance + clusters.variance as mean_squared_distance,
            clusters.customer_count

        from distances
        inner join nearest
            on
                distances.customer_unique_id = nearest.customer_unique_id
                and distances.{{ partition }} = nearest.{{ partition }}
        inner join clusters
            on
                distances.{{ partition }} = clusters.{{ partition }}
                and distances.cluster_id = clusters.cluster_id

    ),

    per_customer as (

        select
            customer_unique_id,
            {{ partition }},
            own_cluster_id as cluster_id,
            min_by(cluster_id, squared_distance + cluster_id * 1e-12)
                filter (where cluster_id != own_cluster_id) as runner_up_cluster_id,
            min(squared_distance) as squared_distance,
            max(customer_count) filter (where cluster_id = own_cluster_id)
                as customer_count,
            max(mean_squared_distance * customer_count)
                filter (where cluster_id = own_cluster_id) as own_total,
            min(mean_squared_distance)
                filter (where cluster_id != own_cluster_id) as other_mean

        from compared
        group by customer_unique_id, {{ partition }}, own_cluster_id

    ),

    silhouettes as (

        select
            customer_unique_id,
            {{ partition }},
            cluster_id,
            runner_up_cluster_id,
            squared_distance,
            case
                when customer_count = 1 then 0
                when greatest(own_total / (customer_count - 1), other_mean) = 0 then 0
                else
                    (other_mean - own_total / (customer_count - 1))
                    / greatest(own_total / (customer_count - 1), other_mean)
            end as silhouette

        from per_customer

    )

    select * from silhouettes
{%- endmacro %}
