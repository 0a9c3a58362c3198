-- One row per segment: its name. It has the word that stands out most, and the words
-- that stand out at least name_ratio times as much, up to name_words in all. Where two
-- segments would have the same name, more words are added, and the mean spend where all
-- words are the same.

{%- set noun = var('segment_noun') | replace("'", "''") %}
{%- set and_word = ' ' ~ var('segment_and') | replace("'", "''") ~ ' ' %}

with centroids as (

    select * from {{ ref('int_current_centroids') }}

),

words as (

    {{ words_of_centroids('centroids') | indent(4) }}

),

clusters as (

    select
        segment_id,
        mean_spend

    from {{ ref('int_chosen_clusters') }}

),

lengths as (

    select distinct prominence_rank as word_count from words

),

composed as (

    select
        words.segment_id,
        lengths.word_count,

        {{ join_words('adjective', ', ') }} as adjectives,
        coalesce(
            {{ join_words('noun', ', ') }}, '{{ noun }}'
        ) as nouns,
        {{ join_words('suffix', and_word) }} as suffixes

    from words
    cross join lengths
    where words.prominence_rank <= lengths.word_count
    group by words.segment_id, lengths.word_count

),

wanted as (

    select
        segment_id,
        least(
            {{ var('name_words') }},
            count(*) filter (
                where prominence >= {{ var('name_ratio') }} * top_prominence
            )
        ) as word_count

    from words
    group by segment_id

),

names as (

    select
        composed.segment_id,
        composed.word_count,
        wanted.word_count as wanted_word_count,
        concat_ws(
            ' ', composed.adjectives, composed.nouns, composed.suffixes
        ) as name,
        count(*) over (
            partition by
                composed.word_count,
                concat_ws(' ', composed.adjectives, composed.nouns, composed.suffixes)
        ) as segments_with_name

    from composed
    inner join wanted
        on composed.segment_id = wanted.segment_id

),

shortest as (

    select
        segment_id,
        coalesce(
            min(word_count) filter (
                where segments_with_name = 1 and word_count >= wanted_word_count
            ),
            max(word_count)
        ) as word_count

    from names
    group by segment_id

),

chosen as (

    select
        names.segment_id,
        names.word_count,
        case
            when names.segments_with_name = 1 then names.name
            else concat(
                names.name,
                ' around R$ ',
                cast(cast(clusters.mean_spend as decimal(18, 2)) as string)
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
        {{ text_key('name', 'segment') | indent(8) }} as key_of_name,
        name,
        word_count

    from chosen

),

-- Two names may differ in signs only: a hash tells their keys apart.
told_apart as (

    select
        segment_id,
        case
            when count(*) over (partition by key_of_name) = 1 then key_of_name
            else concat(key_of_name, '_', substr(md5(name), 1, 8))
        end as segment_key,
        concat(upper(substr(name, 1, 1)), substr(name, 2)) as segment_name,
        word_count

    from keyed

)

select * from told_apart
