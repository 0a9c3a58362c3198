-- One row per line of the geolocation file that can be read: many points of a zip code
-- prefix, some repeated.

{{ config(enabled=shop() != 'olist') }}

select * from {{ input('places').rows }}
