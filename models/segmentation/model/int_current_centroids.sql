-- One row per segment and feature of the current model: where the centre of the segment
-- lies, and how far it stands out from the average customer.

with current_model as (

    select model_id from {{ ref('segment_models') }}
    where is_current

),

centroids as (

    select * from {{ ref('segment_centroids') }}

),

parameters as (

    select * from {{ ref('segment_model_features') }}

),

ranked as (

    select
        centroids.model_id,
        centroids.segment_id,
        centroids.feature,

        centroids.scaled_value,
        centroids.unscaled_value,
        abs(centroids.scaled_value) as prominence,
        row_number() over (
            partition by centroids.segment_id
            order by abs(round(centroids.scaled_value, 6)) desc, parameters.position asc
        ) as prominence_rank,
        max(abs(centroids.scaled_value)) over (
            partition by centroids.segment_id
        ) as top_prominence

    from centroids
    inner join current_model
        on centroids.model_id = current_model.model_id
    inner join parameters
        on
            centroids.model_id = parameters.model_id
            and centroids.feature = parameters.feature

)

select * from ranked
