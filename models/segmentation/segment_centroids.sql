-- One row per model, segment and feature: where the segment's centre lies.

with models as (

    select model_id from {{ ref('segment_models') }}

),

clusters as (

    select * from {{ ref('int_chosen_clusters') }}

),

parameters as (

    select * from {{ ref('segment_model_features') }}

),

long as (

    {% for feature in var('features') %}
        select
            segment_id,
            '{{ feature.name }}' as feature,
            {{ feature.name }} as scaled_value
        from clusters
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

unscaled as (

    select
        models.model_id,
        cast(long.segment_id as integer) as segment_id,
        long.feature,

        long.scaled_value,
        case parameters.transform
            when 'log1p' then
                exp(
                    long.scaled_value * parameters.standard_deviation + parameters.mean
                ) - 1
            else long.scaled_value * parameters.standard_deviation + parameters.mean
        end as unscaled_value

    from long
    cross join models
    inner join parameters
        on
            models.model_id = parameters.model_id
            and long.feature = parameters.feature

)

select * from unscaled
