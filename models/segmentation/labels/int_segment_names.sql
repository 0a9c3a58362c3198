-- One row per segment: its name. It has the word that stands out most of those that are
-- true of enough members, and the words that stand out at least name_ratio times as
-- much, up to name_words in all. Where two segments would have the same name, more
-- words are added; where these are the same, or where no word is true, the mean spend.

{%- set noun = var('segment_noun') | replace("'", "''") %}
{%- set and_word = ' ' ~ var('segment_and') | replace("'", "''") ~ ' ' %}

with words as (

    select * from {{ ref('int_name_words') }}
    where word_rank is not null

),

clusters as (

    select
        segment_id,
        mean_spend,
        min(mean_spend) over () < max(mean_spend) over () as is_spend_told

    from {{ ref('int_chosen_clusters') }}

),

lengths as (

    select 0 as word_count
    union all
    select distinct word_rank as word_count from words

),

composed as (

    select
        clusters.segment_id,
        lengths.word_count,

        {{ join_words('adjective', ', ') }} as adjectives,
        coalesce(
            {{ join_words('noun', ', ') }}, '{{ noun }}'
        ) as nouns,
        {{ join_words('suffix', and_word) }} as suffixes

    from clusters
    cross join lengths
    left join words
        on
            clusters.segment_id = words.segment_id
            and lengths.word_count >= words.word_rank
    group by clusters.segment_id, lengths.word_count

),

most_prominent as (

    select
        segment_id,
        prominence
    from words
    where word_rank = 1

),

wanted as (

    select
        most_prominent.segment_id,
        least(
            {{ var('name_words') }},
            count(*) filter (
                where
                words.prominence
                >= {{ var('name_ratio') }} * most_prominent.prominence
            )
        ) as word_count

    from words
    inner join most_prominent
        on words.segment_id = most_prominent.segment_id
    group by most_prominent.segment_id

),

names as (

    select
        composed.segment_id,
        composed.word_count,
        coalesce(wanted.word_count, 0) as wanted_word_count,
        concat_ws(
            ' ', composed.adjectives, composed.nouns, composed.suffixes
        ) as name,
        count(*) over (
            partition by
                composed.word_count,
                concat_ws(' ', composed.adjectives, composed.nouns, composed.suffixes)
        ) as segments_with_name

    from composed
    left join wanted
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
        clusters.mean_spend,
        clusters.is_spend_told,
        names.name,
        names.wanted_word_count > 0
        and count(*) over (partition by names.name) = 1 as is_told_by_words

    from names
    inner join shortest
        on
            names.segment_id = shortest.segment_id
            and names.word_count = shortest.word_count
    inner join clusters
        on names.segment_id = clusters.segment_id

),

unique_names as (

    select
        segment_id,
        word_count,
        case
            when is_told_by_words then name
            when
                is_spend_told
                and count(*) over (partition by name, mean_spend) = 1
                then
                    concat(
                        name,
                        ' around ',
                        {{ in_currency('mean_spend') | indent(24) }}
                    )
            else concat(name, ' ', cast(segment_id as string))
        end as name

    from chosen

),

keyed as (

    select
        segment_id,
        {{ text_key('name', 'segment') | indent(8) }} as key_of_name,
        name,
        word_count

    from unique_names

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
