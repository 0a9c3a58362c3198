-- One row per k, cluster and cluster at k + 1: the customers whom they share. It shows
-- how segments form as k grows.

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02
{#- All k that are fitted: the candidates, the one below and the one above. With few
    customers, the largest are not. #}
{%- set ks = range([2, var('k_min') | int - 1] | max, var('k_max') | int + 2) %}

with clusters_of_customers as (

    select
        {% for k in ks -%}
            max(case when k = {{ k }} then cluster_id end) as cluster_of_{{ k }}
            {{- ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_candidate_assignments') }}
    group by customer_unique_id

),

flows as (

    {% for k in ks[:-1] %}
        select
            {{ k }} as k,
            cluster_of_{{ k }} as cluster_id,
            cluster_of_{{ k + 1 }} as next_cluster_id,
            count(*) as customer_count
        from clusters_of_customers
        where cluster_of_{{ k + 1 }} is not null
        group by cluster_of_{{ k }}, cluster_of_{{ k + 1 }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

segments as (

    select * from {{ ref('int_chosen_clusters') }}

),

joined as (

    select
        cast(flows.k as integer) as k,
        cast(flows.cluster_id as integer) as cluster_id,
        cast(flows.next_cluster_id as integer) as next_cluster_id,
        segments.segment_id,
        next_segments.segment_id as next_segment_id,

        flows.customer_count

    from flows
    left join segments
        on
            flows.k = segments.k
            and flows.cluster_id = segments.cluster_id
    left join segments as next_segments
        on
            flows.k + 1 = next_segments.k
            and flows.next_cluster_id = next_segments.cluster_id

)

select * from joined
