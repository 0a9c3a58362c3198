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
            max(case when cluster_id = {{ cluster }} then customer_count end)
                as count_{{ cluster }},
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
                clusters, 'case when cluster_id != # then distance_# + # * 1e-12 end'
            ) }} as runner_up_cluster_id,
            nearest.squared_distance,
            case cluster_id
                {%- for cluster in clusters %}
                when {{ cluster }} then count_{{ cluster }}
                {%- endfor %}
            end as customer_count,
            case cluster_id
                {%- for cluster in clusters %}
                when {{ cluster }}
                    then (distance_{{ cluster }} + variance_{{ cluster }})
                        * count_{{ cluster }}
                {%- endfor %}
            end as own_total,
            {{ least_of(
                clusters, 'case when cluster_id != # then distance_# + variance_# end'
            ) }} as other_mean

        from nearest
        inner join spreads
            on nearest.{{ partition }} = spreads.{{ partition }}

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
