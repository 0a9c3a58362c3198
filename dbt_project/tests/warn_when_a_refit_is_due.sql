-- Today's customers are still like those the current model was fitted on. It only
-- warns, as labels stay valid: dbt build --full-refresh is due.

{{ config(severity='warn') }}

select
    measure,
    drift
from {{ ref('segment_drift') }}
where is_refit_due
