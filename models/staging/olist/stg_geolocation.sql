-- One row per line of the geolocation file that can be read: many points of a zip code
-- prefix, some repeated.

{{ config(enabled=shop() == 'olist') }}

with source as (

    select * from {{ read_raw(source('olist', 'geolocation')) }}

),

renamed as (

    select
        {{ zip_code_prefix('geolocation_zip_code_prefix') }} as zip_code_prefix,
        geolocation_city as city,
        geolocation_state as state,

        geolocation_lat as latitude,
        geolocation_lng as longitude,

        has_null_word

    from source

)

select * from renamed
