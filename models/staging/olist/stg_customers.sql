-- One row per line of the customers file that can be read: one order's copy of a
-- person, unless lines repeat.

{{ config(enabled=shop() == 'olist') }}

with source as (

    select * from {{ read_raw(source('olist', 'customers'), ref('forgotten_ids')) }}

),

renamed as (

    select
        customer_id,
        customer_unique_id,

        {{ zip_code_prefix('customer_zip_code_prefix') }} as zip_code_prefix,
        customer_city as city,
        customer_state as state,

        has_null_word

    from source

)

select * from renamed
