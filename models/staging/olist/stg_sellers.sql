-- One row per line of the sellers file that can be read: a seller, unless lines repeat.

{{ config(enabled=shop() == 'olist') }}

with source as (

    select * from {{ read_raw(source('olist', 'sellers')) }}

),

renamed as (

    select
        seller_id,

        {{ zip_code_prefix('seller_zip_code_prefix') }} as zip_code_prefix,
        seller_city as city,
        seller_state as state,

        has_null_word

    from source

)

select * from renamed
