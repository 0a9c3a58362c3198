{# One row per partition and cluster, with one column per feature. #}
{% macro wide_centroids(centroids, partition) -%}
    select
        {{ partition }},
        cluster_id,
        {% for feature in chosen_features() -%}
            max(case when feature = '{{ feature.name }}' then scaled_value end)
                as {{ feature.name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ centroids }}
    group by {{ partition }}, cluster_id
{%- endmacro %}
