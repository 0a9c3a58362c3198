-- Every check that is counted stands in data_quality, with what it means. The contract
-- of data_quality holds the other half: every check there has a count.

with counts as (

    select check_name from {{ ref('int_row_checks') }}
    union all
    select check_name from {{ ref('int_key_checks') }}

)

select counts.check_name
from counts
left join {{ ref('data_quality') }} as checks
    on counts.check_name = checks.check_name
where checks.check_name is null
