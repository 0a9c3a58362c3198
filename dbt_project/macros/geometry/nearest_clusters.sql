{# One row per point and partition: the nearest centroid, and the distance to each. #}
{% macro nearest_clusters(
    points, centroids, partition, clusters, kept=['customer_unique_id']
) -%}
    {%- set features = chosen_features() -%}
    with located as (

        select
            {{ partition }}
            {%- for cluster in clusters -%}
                {%- for feature in features %},
            max(
                case
                    when cluster_id = {{ cluster }} and feature = '{{ feature.name }}'
                        then scaled_value
                end
            ) as {{ feature.name }}_{{ cluster }}
                {%- endfor -%}
            {%- endfor %}
        from {{ centroids }}
        group by {{ partition }}

    ),

    distances {{ as_inlined() }} (

        select
            {%- for column in kept %}
            points.{{ column }},
            {%- endfor %}
            located.{{ partition }}
            {%- for cluster in clusters %},
            {{ squared_distance('points', 'located', '_' ~ cluster, features) }}
                as distance_{{ cluster }}
            {%- endfor %}

        from {{ points }} as points
        cross join located

    ),

    nearest {{ as_inlined() }} (

        select
            *,
            {{ least_of(clusters, 'distance_#') }} as squared_distance,
            {{ which_is_least(clusters, 'distance_# + # * 1e-12') }} as cluster_id

        from distances

    )

    select * from nearest
{%- endmacro %}
