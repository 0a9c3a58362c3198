-- Warns if lines of a raw file could not be read, because results lack them. The build
-- of rejected_rows decides whether they are too many.

{{ config(severity='warn') }}

select
    file,
    line_number,
    reason
from {{ ref('rejected_rows') }}
