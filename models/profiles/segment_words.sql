-- One row per segment and word of its name: how many members it is true of, and the
-- range of their numbers. A word is true of a member on the word's side of the median
-- of all customers who meets the word's condition, if it has one.

with customers as (

    select * from {{ ref('customer_segments') }}

),

names as (

    select * from {{ ref('int_segment_names') }}

),

profile as (

    select * from {{ ref('segment_profile') }}

),

measures as (

    select
        feature,
        median as median_of_all,
        mean as mean_of_all

    from {{ ref('int_feature_measures') }}

),

words as (

    select
        name_words.*,
        names.segment_key,
        names.segment_name,
        measures.median_of_all,
        measures.mean_of_all

    from {{ ref('int_name_words') }} as name_words
    inner join names
        on
            name_words.segment_id = names.segment_id
            and name_words.word_rank <= names.word_count
    inner join measures
        on name_words.feature = measures.feature

),

-- Segments may share a word: it is counted once.
distinct_words as (

    select distinct
        feature,
        position,
        is_high,
        at_least,
        at_most,
        median_of_all,
        mean_of_all

    from words

),

members as (

    {{ long_features('customers', ['segment_id']) | indent(4) }}

),

counted as (

    select
        members.segment_id,
        distinct_words.feature,
        distinct_words.position,
        distinct_words.is_high,
        count(*) as customer_count,
        count(members.feature_value) as known_count,
        count(*) filter (where members.feature_value > 0) as positive_count,
        count(*) filter (
            where
                {{ is_word_true('members.feature_value', 'distinct_words')
                    | indent(16) }}
        ) as true_count

    from members
    inner join distinct_words
        on members.feature = distinct_words.feature
    group by
        members.segment_id,
        distinct_words.feature,
        distinct_words.position,
        distinct_words.is_high

),

shared as (

    select
        *,
        cast(sum(true_count) over all_customers as double)
        / sum(customer_count) over all_customers as true_share_of_all

    from counted
    window all_customers as (partition by feature, position, is_high)

),

joined as (

    select
        words.segment_id,
        words.segment_key,
        words.feature,

        words.segment_name,
        words.word,
        profile.phrase,
        profile.phrase_negative,

        cast(words.word_rank as bigint) as word_rank,
        words.at_least,
        words.at_most,
        coalesce(shared.customer_count, 0) as customer_count,
        coalesce(shared.true_count, 0) as true_count,
        cast(shared.true_count as double) / shared.customer_count as true_share,
        shared.true_share_of_all,
        case
            when profile.phrase_negative is not null
                then
                    cast(shared.positive_count as double)
                    / nullif(shared.known_count, 0)
        end as positive_share,
        profile.mean,
        profile.median,
        profile.p10,
        profile.p90,
        words.mean_of_all,
        words.median_of_all,

        words.is_high

    from words
    inner join profile
        on
            words.segment_id = profile.segment_id
            and words.feature = profile.metric
    left join shared
        on
            words.segment_id = shared.segment_id
            and words.feature = shared.feature
            and words.position = shared.position
            and words.is_high = shared.is_high

)

select * from joined
