-- One row per segment and word that may be in its name, of those for the side on which
-- its centre lies: of how many members it was true at the fit, and whether that is
-- enough. Of each feature the first such word gets a rank, by how much the segment
-- stands out in the feature.

with centroids as (

    select * from {{ ref('int_current_centroids') }}

),

words as (

    {{ configured_words() | indent(4) }}

),

customers as (

    select
        clusters.segment_id,
        customers.*

    from {{ ref('int_fit_customers') }} as customers
    inner join {{ ref('int_candidate_assignments') }} as assignments
        on customers.customer_unique_id = assignments.customer_unique_id
    inner join {{ ref('int_chosen_clusters') }} as clusters
        on
            assignments.k = clusters.k
            and assignments.cluster_id = clusters.cluster_id

),

members as (

    {{ long_features('customers', ['segment_id']) | indent(4) }}

),

medians as (

    select
        feature,
        fill_value as median_of_all

    from {{ ref('int_feature_parameters') }}

),

means as (

    select
        feature,
        {{ exact_sum('feature_value') }} / count(feature_value) as mean_of_all

    from members
    group by feature

),

candidates as (

    select
        centroids.segment_id,
        centroids.prominence_rank,
        centroids.prominence,
        words.*,
        medians.median_of_all,
        means.mean_of_all

    from centroids
    inner join words
        on
            centroids.feature = words.feature
            and (centroids.scaled_value > 0) = words.is_high
    inner join medians
        on centroids.feature = medians.feature
    inner join means
        on centroids.feature = means.feature

),

shares as (

    select
        candidates.segment_id,
        candidates.feature,
        candidates.position,
        cast(
            count(*) filter (
                where
                    {{ is_word_true('members.feature_value', 'candidates')
                        | indent(20) }}
            ) as double
        ) / count(*) as true_share

    from members
    inner join candidates
        on
            members.segment_id = candidates.segment_id
            and members.feature = candidates.feature
    group by candidates.segment_id, candidates.feature, candidates.position

),

judged as (

    select
        candidates.segment_id,
        candidates.feature,

        candidates.word_class,
        candidates.word,

        candidates.position,
        candidates.prominence_rank,
        candidates.prominence,
        candidates.at_least,
        candidates.at_most,
        candidates.required_share,
        shares.true_share,
        min(
            case
                when shares.true_share >= candidates.required_share
                    then candidates.position
            end
        ) over (
            partition by candidates.segment_id, candidates.feature
        ) as first_true_position,

        candidates.is_high

    from candidates
    inner join shares
        on
            candidates.segment_id = shares.segment_id
            and candidates.feature = shares.feature
            and candidates.position = shares.position

),

ranked as (

    select
        segment_id,
        feature,

        word_class,
        word,

        position,
        prominence,
        at_least,
        at_most,
        required_share,
        true_share,
        case
            when position = first_true_position
                then
                    row_number() over (
                        partition by segment_id, position = first_true_position
                        order by prominence_rank
                    )
        end as word_rank,

        is_high

    from judged

)

select * from ranked
