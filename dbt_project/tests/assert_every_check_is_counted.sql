-- Every check of the seed has a count: a check that is not counted would hide defects.

select checks.check_name
from {{ ref('quality_checks') }} as checks
left join {{ ref('data_quality') }} as counted
    on checks.check_name = counted.check_name
where counted.check_name is null
