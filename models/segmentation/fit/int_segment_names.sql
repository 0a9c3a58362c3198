-- One row per segment: its name. The word that stands out most, with a second one if
-- that stands out at least name_ratio as much; more words until no other segment has
-- the same name, and the mean spend where even all words are the same.

{%- set feature_count = var('features') | length %}

with words as (

    select * from {{ ref('int_segment_words') }}

),

clusters as (

    select
        segment_id,
        mean_spend

    from {{ ref('int_chosen_clusters') }}

),

lengths as (

    {% for length in range(1, feature_count + 1) %}
        select {{ length }} as word_count
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

composed as (

    select
        words.segment_id,
        lengths.word_count,

        {{ join_words('adjective', ', ') }} as adjectives,
        coalesce(
            {{ join_words('noun', ', ') }}, '{{ var("segment_noun") }}'
        ) as nouns,
        {{ join_words('suffix', ' ' ~ var('segment_and') ~ ' ') }} as suffixes,

        max(
            case when words.prominence_rank = 2 then words.prominence else 0 end
        ) >= {{ var('name_ratio') }} * max(words.top_prominence) as has_second_word

    from words
    cross join lengths
    where words.prominence_rank <= lengths.word_count
    group by words.segment_id, lengths.word_count

),

names as (

    select
        segment_id,
        word_count,
        concat_ws(' ', adjectives, nouns, suffixes) as name,
        count(*) over (
            partition by word_count, concat_ws(' ', adjectives, nouns, suffixes)
        ) as segments_with_name,
        max(case when word_count = 2 and has_second_word then 2 else 1 end) over (
            partition by segment_id
        ) as wanted_word_count

    from composed

),

shortest as (

    select
        segment_id,
        coalesce(
            min(word_count) filter (
                where segments_with_name = 1 and word_count >= wanted_word_count
            ),
            {{ feature_count }}
        ) as word_count

    from names
    group by segment_id

),

chosen as (

    select
        names.segment_id,
        case
            when names.segments_with_name = 1 then names.name
            else concat(
                names.name, ' around R$ ', cast(round(clusters.mean_spend, 2) as varchar)
            )
        end as name

    from names
    inner join shortest
        on
            names.segment_id = shortest.segment_id
            and names.word_count = shortest.word_count
    inner join clusters
        on names.segment_id = clusters.segment_id

),

keyed as (

    select
        segment_id,
        trim(
            regexp_replace(lower(name), '[^a-z0-9]+', '_', 'g'), '_'
        ) as segment_key,
        concat(upper(substr(name, 1, 1)), substr(name, 2)) as segment_name

    from chosen

)

select * from keyed
