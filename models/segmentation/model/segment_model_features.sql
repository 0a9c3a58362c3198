-- One row per model and feature: all that is needed to scale a customer. A missing
-- value becomes the fill value, and one above the clip bound becomes the bound; then it
-- is transformed, the mean is subtracted, and the difference is divided by the standard
-- deviation.

{{ config(
    materialized='incremental', unique_key=['model_id', 'feature'], full_refresh=false
) }}

with model as (

    select model_id from {{ ref('int_fitted_model') }}

),

parameters as (

    select * from {{ ref('int_feature_parameters') }}

),

of_model as (

    select
        model.model_id,
        parameters.feature,

        parameters.transform,

        parameters.position,
        parameters.fill_value,
        parameters.clip_upper,
        parameters.mean,
        parameters.standard_deviation

    from model
    cross join parameters

)

select * from of_model
