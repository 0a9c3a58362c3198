-- What a raw file holds is in the marts, or among what was left out, to the cent.

select
    measure,
    in_file,
    in_marts
from {{ ref('reconciliation') }}
where
    in_file
    - without_key - repeated - of_unknown_orders - not_by_as_of_date
    != in_marts
