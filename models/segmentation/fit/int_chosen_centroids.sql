-- One row per segment of the chosen k and feature: where the centroid lies, scaled and
-- in the unit of the feature.

with clusters as (

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

        centroids.scaled_value,
        case parameters.transform
            when 'log1p' then
                exp(
                    centroids.scaled_value * parameters.standard_deviation
                    + parameters.mean
                ) - 1
            else
                centroids.scaled_value * parameters.standard_deviation
                + parameters.mean
        end as unscaled_value

    from centroids
    inner join clusters
        on
            centroids.k = clusters.k
            and centroids.cluster_id = clusters.cluster_id
    inner join parameters
        on centroids.feature = parameters.feature

)

select * from unscaled
