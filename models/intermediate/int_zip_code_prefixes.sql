-- One row per zip code prefix with a point where the shop's customers live: the median
-- of its points, which a few misplaced points hardly change.

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
        zip_code_prefix is not null
        and {{ is_in_box('latitude', 'longitude', shop_settings().places.box) }}
    group by zip_code_prefix

)

select * from per_prefix
