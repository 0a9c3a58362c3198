-- Warns where lines of a raw file could not be read. Results lack them; whether they
-- are too many is decided when rejected_rows is built.

{{ config(severity='warn') }}

select
    file,
    line_number,
    reason
from {{ ref('rejected_rows') }}
