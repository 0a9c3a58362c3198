-- One row per model, measure and bin: the share of the customers at the fit, with which
-- later customers are compared. The measures are the features of the model, and
-- segment.

{{ config(
    materialized='incremental', unique_key=['model_id', 'measure', 'bin'],
    full_refresh=false
) }}

with model as (

    select * from {{ ref('int_fitted_model') }}

),

bins as (

    select
        feature as measure,
        bin,
        upper_bound,
        customer_share
    from {{ ref('int_fit_bins') }}

),

segments as (

    select
        'segment' as measure,
        clusters.segment_id as bin,
        cast(null as double) as upper_bound,
        cast(clusters.customer_count as double) / model.customers_fitted
            as customer_share

    from {{ ref('int_chosen_clusters') }} as clusters
    cross join model

),

of_model as (

    select
        model.model_id,
        bins.measure,
        bins.bin,

        bins.upper_bound,
        bins.customer_share

    from model
    cross join bins
    union all
    select
        model.model_id,
        segments.measure,
        segments.bin,

        segments.upper_bound,
        segments.customer_share

    from model
    cross join segments

)

select * from of_model
