-- Why is a given customer in this segment, and not in the runner-up?

with centroids as (

    select * from {{ ref('int_current_centroids') }}

),

parameters as (

    select features.*

    from {{ ref('segment_model_features') }} as features
    inner join {{ ref('segment_models') }} as models
        on features.model_id = models.model_id
    where models.is_current

),

segments as (

    select * from {{ ref('segments') }}

),

asked as (

    select * from {{ ref('customer_segments') }}
    where customer_unique_id = {{ asked_customer() }}

),

scaled as (

    select points.*

    from {{ ref('int_scaled_features') }} as points
    inner join asked
        on points.customer_unique_id = asked.customer_unique_id

),

placed as (

    {% for feature in chosen_features() %}
        select
            '{{ feature.name }}' as feature,
            asked.segment_id,
            asked.runner_up_segment_id,
            cast(asked.{{ feature.name }} as double) as feature_value,
            scaled.{{ feature.name }} as scaled_value
        from asked
        cross join scaled
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

compared as (

    select
        placed.feature,
        own_segment.segment_key,
        runner_up.segment_key as runner_up_segment_key,
        parameters.position,
        placed.feature_value,
        least(
            coalesce(placed.feature_value, parameters.fill_value), parameters.clip_upper
        ) as used_value,
        own_centroid.unscaled_value as segment_centre,
        other_centroid.unscaled_value as runner_up_centre,
        (placed.scaled_value - other_centroid.scaled_value)
        * (placed.scaled_value - other_centroid.scaled_value)
        - (placed.scaled_value - own_centroid.scaled_value)
        * (placed.scaled_value - own_centroid.scaled_value) as contribution

    from placed
    inner join parameters
        on placed.feature = parameters.feature
    inner join centroids as own_centroid
        on
            placed.segment_id = own_centroid.segment_id
            and placed.feature = own_centroid.feature
    inner join centroids as other_centroid
        on
            placed.runner_up_segment_id = other_centroid.segment_id
            and placed.feature = other_centroid.feature
    inner join segments as own_segment
        on placed.segment_id = own_segment.segment_id
    inner join segments as runner_up
        on placed.runner_up_segment_id = runner_up.segment_id

)

select
    feature,
    segment_key,
    runner_up_segment_key,
    feature_value,
    round(used_value, 4) as used_value,
    round(segment_centre, 4) as segment_centre,
    round(runner_up_centre, 4) as runner_up_centre,
    round(contribution, 10) as contribution
from compared
order by contribution desc, position asc
