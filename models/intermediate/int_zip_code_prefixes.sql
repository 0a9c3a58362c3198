-- One row per zip code prefix with a point inside Brazil: the median of its points,
-- which a few misplaced ones cannot move.

with points as (

    select * from {{ ref('stg_geolocation') }}

),

per_prefix as (

    select
        zip_code_prefix,

        percentile_cont(0.5) within group (order by latitude) as latitude,
        percentile_cont(0.5) within group (order by longitude) as longitude

    from points
    where
        latitude between -33.76 and 5.28
        and longitude between -73.99 and -32.38
    group by zip_code_prefix

)

select * from per_prefix
