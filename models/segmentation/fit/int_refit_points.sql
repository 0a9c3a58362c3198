-- One row per customer that refits are fitted on and compared by: all whom the model
-- was fitted on, or about refit_customers of them.

with points as (

    select * from {{ ref('int_fit_features') }}

),

bound as (

    select
        {{ highest_hash('1.0 * ' ~ var('refit_customers') | int ~ ' / count(*)') }}
            as highest_hash
    from points

),

drawn as (

    select
        points.customer_unique_id,
        {% for feature in chosen_features() -%}
            points.{{ feature.name }}{{ ',' if not loop.last }}
        {% endfor %}
    from points
    cross join bound
    where substr(md5(points.customer_unique_id), 1, 8) <= bound.highest_hash

)

select * from drawn
