-- One row per customer_id, which is one order's copy of a person. Of lines with the
-- same customer_id the first in alphabetical order counts.

with customers as (

    {{ one_per_key(
        ref('stg_customers'),
        ['customer_id'],
        ['customer_unique_id', 'zip_code_prefix', 'city', 'state']
    ) }}

),

picked as (

    select
        customer_id,
        customer_unique_id,

        zip_code_prefix,
        city,
        state

    from customers

)

select * from picked
