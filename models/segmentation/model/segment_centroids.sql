-- One row per model, segment and feature: where the centre of the segment lies.

{{ config(
    materialized='incremental', unique_key=['model_id', 'segment_id', 'feature'],
    full_refresh=false
) }}

with model as (

    select model_id from {{ ref('int_fitted_model') }}

),

clusters as (

    select * from {{ ref('int_chosen_clusters') }}

),

centroids as (

    select * from {{ ref('int_candidate_centroids') }}

),

parameters as (

    select * from {{ ref('int_feature_parameters') }}

),

unscaled as (

    select
        clusters.segment_id,
        centroids.feature,

        parameters.transform,

        centroids.scaled_value,
        centroids.scaled_value * parameters.standard_deviation + parameters.mean
            as transformed_value

    from centroids
    inner join clusters
        on
            centroids.k = clusters.k
            and centroids.cluster_id = clusters.cluster_id
    inner join parameters
        on centroids.feature = parameters.feature

),

of_model as (

    select
        model.model_id,
        unscaled.segment_id,
        unscaled.feature,

        unscaled.scaled_value,
        case unscaled.transform
            when 'log1p' then exp(unscaled.transformed_value) - 1
            else unscaled.transformed_value
        end as unscaled_value

    from model
    cross join unscaled

)

select * from of_model
