-- One row per model and feature: all that scaling a customer needs. Scaled value =
-- (transform of the least of value or fill value, and clip bound - mean) / deviation.

with models as (

    select model_id from {{ ref('segment_models') }}

),

parameters as (

    select * from {{ ref('int_feature_parameters') }}

),

per_model as (

    select
        models.model_id,
        parameters.feature,

        parameters.transform,

        parameters.position,
        parameters.fill_value,
        parameters.clip_upper,
        parameters.mean,
        parameters.standard_deviation

    from models
    cross join parameters

)

select * from per_model
