-- One row per segment and feature: the word for it, the features that stand out most
-- first. How much one stands out is its distance from the average customer in
-- standard deviations, and the words come from the list of features.

with centroids as (

    select centroids.*

    from {{ ref('segment_centroids') }} as centroids
    inner join {{ ref('segment_models') }} as models
        on centroids.model_id = models.model_id
    where models.is_current

),

words as (

    {% for feature in chosen_features() %}
        select
            {{ loop.index }} as position,
            '{{ feature.name }}' as feature,
            '{{ feature.word }}' as word_class,
            '{{ feature.high | replace("'", "''") }}' as high,
            '{{ feature.low | replace("'", "''") }}' as low
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

ranked as (

    select
        centroids.segment_id,
        centroids.feature,

        words.word_class,
        case when centroids.scaled_value > 0 then words.high else words.low end as word,

        abs(centroids.scaled_value) as prominence,
        row_number() over (
            partition by centroids.segment_id
            order by abs(round(centroids.scaled_value, 6)) desc, words.position asc
        ) as prominence_rank,
        max(abs(centroids.scaled_value)) over (
            partition by centroids.segment_id
        ) as top_prominence

    from centroids
    inner join words
        on centroids.feature = words.feature

)

select * from ranked
