-- One row per model and feature: all that scaling a customer needs. Scaled value =
-- (transform of the least of value or fill value, and clip bound - mean) / deviation.

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
