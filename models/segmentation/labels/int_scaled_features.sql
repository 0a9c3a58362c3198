-- One row per eligible customer: the features that the current model reads, scaled as
-- at its fit, rounded to 12 decimals.

with parameters as (

    select features.*

    from {{ ref('segment_model_features') }} as features
    inner join {{ ref('segment_models') }} as models
        on features.model_id = models.model_id
    where models.is_current

),

scaled as (

    {{ scale_features(ref('customer_features'), 'parameters') | indent(4) }}

)

select * from scaled
