{# The word of every feature for every segment: high above the average, low below it. #}
{% macro words_of_centroids(centroids) -%}
    {% for feature in chosen_features() %}
    select
        segment_id,
        feature,
        '{{ feature.word }}' as word_class,
        case
            when scaled_value > 0 then {{ text_or_null(feature.high) }}
            else {{ text_or_null(feature.low) }}
        end as word,
        scaled_value > 0 as is_high,
        prominence,
        prominence_rank,
        top_prominence
    from {{ centroids }}
    where feature = '{{ feature.name }}'
    {{ 'union all' if not loop.last }}
    {% endfor %}
{%- endmacro %}
