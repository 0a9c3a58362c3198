-- The total of a raw file is in the marts or among the lines left out, to the cent.

select
    measure,
    in_file,
    in_marts
from {{ ref('reconciliation') }}
where
    in_file
    - of_forgotten - without_key - repeated - of_unknown_orders - of_guests
    - not_by_as_of_date
    != in_marts
