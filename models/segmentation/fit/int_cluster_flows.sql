-- One row per k, cluster and cluster at k + 1: the customers whom they share.

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02
{%- set ks = range(2, var('k_max') | int + 2) %}

with assignments as (

    select * from {{ ref('int_candidate_assignments') }}

),

clusters_of_all_k as (

    select
        customer_unique_id,
        {%- for k in ks %}
        max(case when k = {{ k }} then cluster_id end) as cluster_of_{{ k }}
        {{- ',' if not loop.last }}
        {%- endfor %}

    from assignments
    group by customer_unique_id

),

-- Customers are counted once for all k: those who are together in every k.
together as (

    select
        {%- for k in ks %}
        cluster_of_{{ k }},
        {%- endfor %}
        count(*) as customer_count

    from clusters_of_all_k
    group by
        {%- for k in ks %}
        cluster_of_{{ k }}{{ ',' if not loop.last }}
        {%- endfor %}

),

pairs as (

    {% for k in ks[:-1] -%}
        select
            {{ k }} as k,
            cluster_of_{{ k }} as cluster_id,
            cluster_of_{{ k + 1 }} as next_cluster_id,
            customer_count
        from together
        where cluster_of_{{ k }} is not null and cluster_of_{{ k + 1 }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

flows as (

    select
        k,
        cluster_id,
        next_cluster_id,
        cast(sum(customer_count) as bigint) as customer_count

    from pairs
    group by k, cluster_id, next_cluster_id

)

select * from flows
