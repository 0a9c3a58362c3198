{# One row per customer and partition: nearest centroid, runner-up and silhouette. #}
{% macro assign_clusters(points, centroids, partition, clusters) -%}
    with nearest {{ as_inlined() }} (

        {{ nearest_clusters(points, centroids, partition, clusters) | indent(8) }}

    ),

    sizes as (

        select
            {{ partition }},
            cluster_id,
            count(*) as customer_count,
            {{ exact_sum('squared_distance') }} / count(*) as variance

        from nearest
        group by {{ partition }}, cluster_id

    ),

    spreads as (

        select
            {{ partition }}
            {%- for cluster in clusters %},
            max(case when cluster_id = {{ cluster }} then variance end)
                as variance_{{ cluster }}
            {%- endfor %}

        from sizes
        group by {{ partition }}

    ),

    compared as (

        select
            nearest.customer_unique_id,
            nearest.{{ partition }},
            nearest.cluster_id,
            {{ which_is_least(
                clusters,
                'case when nearest.cluster_id != # then distance_# + # * 1e-12 end'
            ) }} as runner_up_cluster_id,
            nearest.squared_distance,
            own.customer_count,
            (nearest.squared_distance + own.variance) * own.customer_count as own_total,
            {{ least_of(
                clusters,
                'case when nearest.cluster_id != # then distance_# + variance_# end'
            ) }} as other_mean

        from nearest
        inner join spreads
            on nearest.{{ partition }} = spreads.{{ partition }}
        inner join sizes as own
            on
                nearest.{{ partition }} = own.{{ partition }}
                and nearest.cluster_id = own.cluster_id

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

        from compared

    )

    select * from silhouettes
{%- endmacro %}
