-- One row per segment and word of its name: how many members it is true of, and the
-- range of their numbers. A word is true of a member on the word's side of the mean of
-- all customers.

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02

with customers as (

    select * from {{ ref('customer_segments') }}

),

centroids as (

    select * from {{ ref('int_current_centroids') }}

),

names as (

    select * from {{ ref('int_segment_names') }}

),

profile as (

    select * from {{ ref('segment_profile') }}

),

words as (

    {{ words_of_centroids('centroids') | indent(4) }}

),

means as (

    select
        {% for feature in chosen_features() -%}
            max(case when metric = '{{ feature.name }}' then mean_of_all end)
                as {{ feature.name }}{{ ',' if not loop.last }}
        {% endfor %}
    from profile

),

-- One row per segment first, so that customers are read once, not once per feature.
wide as (

    select
        customers.segment_id
        {%- for feature in chosen_features() -%}
            {%- set name = feature.name %},
            count(customers.{{ name }}) as {{ name }}_count,
            count(*) filter (where customers.{{ name }} > means.{{ name }})
                as {{ name }}_above,
            count(*) filter (where customers.{{ name }} < means.{{ name }})
                as {{ name }}_below,
            count(*) filter (where customers.{{ name }} > 0) as {{ name }}_positive
        {%- endfor %}

    from customers
    cross join means
    group by customers.segment_id

),

sides as (

    {% for feature in chosen_features() %}
        select
            segment_id,
            '{{ feature.name }}' as feature,
            {{ feature.name }}_count as customer_count,
            {{ feature.name }}_above as above_count,
            {{ feature.name }}_below as below_count,
            {{ feature.name }}_positive as positive_count
        from wide
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

shared as (

    select
        *,
        cast(sum(above_count) over all_customers as double)
        / nullif(sum(customer_count) over all_customers, 0) as above_share_of_all,
        cast(sum(below_count) over all_customers as double)
        / nullif(sum(customer_count) over all_customers, 0) as below_share_of_all

    from sides
    window all_customers as (partition by feature)

),

counted as (

    select
        words.*,
        shared.customer_count,
        shared.positive_count,
        case when words.is_high then shared.above_count else shared.below_count end
            as true_count,
        case
            when words.is_high then shared.above_share_of_all
            else shared.below_share_of_all
        end as true_share_of_all

    from words
    inner join shared
        on
            words.segment_id = shared.segment_id
            and words.feature = shared.feature

),

joined as (

    select
        counted.segment_id,
        names.segment_key,
        counted.feature,

        names.segment_name,
        counted.word,
        profile.phrase,
        profile.phrase_negative,

        cast(counted.prominence_rank as bigint) as word_rank,
        counted.customer_count,
        counted.true_count,
        cast(counted.true_count as double) / nullif(counted.customer_count, 0)
            as true_share,
        counted.true_share_of_all,
        case
            when profile.phrase_negative is not null
                then
                    cast(counted.positive_count as double)
                    / nullif(counted.customer_count, 0)
        end as positive_share,
        profile.mean,
        profile.median,
        profile.p10,
        profile.p90,
        profile.mean_of_all,

        counted.is_high

    from counted
    inner join names
        on
            counted.segment_id = names.segment_id
            and counted.prominence_rank <= names.word_count
    inner join profile
        on
            counted.segment_id = profile.segment_id
            and counted.feature = profile.metric

)

select * from joined
