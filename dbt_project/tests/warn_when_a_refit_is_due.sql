-- Today's customers are still like those the current model was fitted on. It only
-- warns, as labels stay valid: dbt build --full-refresh is due. A past day does not
-- count: it is labelled with a later model on purpose.

{{ config(severity='warn') }}

select
    drift.measure,
    drift.drift
from {{ ref('segment_drift') }} as drift
cross join {{ ref('int_as_of') }} as as_of
inner join {{ ref('segment_models') }} as models
    on drift.model_id = models.model_id
where drift.is_refit_due and as_of.as_of_date >= models.as_of_date
