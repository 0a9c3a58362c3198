-- One row per eligible customer, for campaign tools: the segment, since when, how
-- clearly, the segment before, whether the campaign leaves the customer out, the place,
-- and the features, rounded to 3 decimals. It has no names, no streets and no text of
-- reviews. `make export` writes it, one file per segment.

{{ config(materialized='view') }}

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02
{%- set fractions = numeric_columns('customer_features', ('double',)) %}

with members as (

    select * from {{ ref('customer_segments') }}

),

changes as (

    select * from {{ ref('segment_changes') }}

),

customers as (

    select * from {{ ref('customers') }}

),

segments as (

    select * from {{ ref('segments') }}

),

words as (

    select * from {{ ref('segment_words') }}

),

worded as (

    select
        members.customer_unique_id,
        words.word,
        words.word_rank,
        words.is_high,
        words.at_least,
        words.at_most,
        words.median_of_all,
        words.mean_of_all,
        case words.feature
            {%- for feature in chosen_features() %}
                when '{{ feature.name }}'
                    then cast(members.{{ feature.name }} as double)
            {%- endfor %}
        end as feature_value

    from members
    inner join words
        on members.segment_id = words.segment_id

),

untrue as (

    select
        worded.customer_unique_id,
        {{ join_text('worded.word', '; ', 'worded.word_rank') }} as words

    from worded
    where
        not coalesce(
            {{ is_word_true('worded.feature_value', 'worded') | indent(12) }}, false
        )
    group by worded.customer_unique_id

),

joined as (

    select
        members.customer_unique_id,
        members.segment_key,
        runners_up.segment_key as runner_up_segment_key,
        changes.previous_segment_key,

        members.segment_name,
        untrue.words as untrue_words,
        changes.previous_segment_name,
        cast({{ text_or_null(var('campaign') | string) }} as string) as campaign,
        customers.state,
        customers.city,

        -- What is added makes 0.0 of -0.0.
        round(members.silhouette, 3) + 0.0 as silhouette,
        round(members.certainty, 3) as certainty,
        cast(
            {{ var('control_share') if var('campaign') | string else 'null' }} as double
        ) as control_share,

        {{ is_control(
            'members.customer_unique_id', var('campaign'), var('control_share')
        ) | indent(8) }} as is_control,

        changes.entered_at,

        {% for name in numeric_columns('customer_features') -%}
            {% if name in fractions -%}
                round(members.{{ name }}, 3) + 0.0 as {{ name }},
            {% else -%}
                members.{{ name }},
            {% endif %}
        {%- endfor %}
        members.as_of_date

    from members
    inner join customers
        on members.customer_unique_id = customers.customer_unique_id
    left join untrue
        on members.customer_unique_id = untrue.customer_unique_id
    left join segments as runners_up
        on members.runner_up_segment_id = runners_up.segment_id
    left join changes
        on
            members.customer_unique_id = changes.customer_unique_id
            and members.segment_key = changes.segment_key
            and members.as_of_date >= changes.entered_at
            and (
                changes.left_at is null or members.as_of_date < changes.left_at
            )

)

select * from joined
