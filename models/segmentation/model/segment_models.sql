-- One row per fitted model, the current one and those before it.

{{ config(materialized='incremental', unique_key='model_id', full_refresh=false) }}

{#- Written last: a model becomes current when all of it is stored. #}
-- depends_on: {{ ref('segment_model_features') }}, {{ ref('segment_centroids') }}
-- depends_on: {{ ref('segment_model_bins') }}

with fitted as (

    select * from {{ ref('int_fitted_model') }}

),

models as (

    select
        model_id,

        features,

        k,
        customers_fitted,
        inertia,
        silhouette,
        mean_distance,

        true as is_current,

        as_of_date

    from fitted
    {% if is_incremental() %}
        union all
        select
            model_id,

            features,

            k,
            customers_fitted,
            inertia,
            silhouette,
            mean_distance,

            false as is_current,

            as_of_date

        from {{ this }}
        where model_id not in (select fitted.model_id from fitted)
    {% endif %}

)

select * from models
