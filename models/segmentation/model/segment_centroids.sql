-- One row per model, segment and feature: where the segment's centre lies.

{{ config(
    materialized='incremental', unique_key=['model_id', 'segment_id', 'feature'],
    full_refresh=false
) }}

with model as (

    select model_id from {{ ref('int_fitted_model') }}

),

centroids as (

    select * from {{ ref('int_chosen_centroids') }}

),

of_model as (

    select
        model.model_id,
        centroids.segment_id,
        centroids.feature,

        centroids.scaled_value,
        centroids.unscaled_value

    from model
    cross join centroids

)

select * from of_model
