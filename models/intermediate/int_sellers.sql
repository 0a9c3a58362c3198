-- One row per seller. Of lines with the same seller the first in alphabetical order
-- counts.

with sellers as (

    {{ one_per_key(
        ref('stg_sellers'), ['seller_id'], ['zip_code_prefix', 'city', 'state']
    ) }}

),

picked as (

    select
        seller_id,

        zip_code_prefix,
        city,
        state

    from sellers

)

select * from picked
