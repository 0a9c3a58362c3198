-- One row per segment of the current model, numbered by mean spend: 1 spends most.

{%- set features = chosen_features() %}

with customers as (

    select * from {{ ref('customer_segments') }}

),

words as (

    select * from {{ ref('int_segment_words') }}

),

names as (

    select * from {{ ref('int_segment_names') }}

),

long as (

    {% for feature in features %}
        select
            segment_id,
            '{{ feature.name }}' as feature,
            {{ text_or_null(feature.phrase.removeprefix('%').strip()) }} as phrase,
            {{ text_or_null(feature.phrase_negative) }} as phrase_negative,
            {% if feature.phrase.startswith('%') -%}
                '% ' as unit,
                100 * cast({{ feature.name }} as double) as feature_value
            {%- else -%}
                ' ' as unit,
                cast({{ feature.name }} as double) as feature_value
            {%- endif %}
        from customers
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

overall as (

    select
        feature,
        {{ exact_sum('feature_value') }} / nullif(count(feature_value), 0) as mean

    from long
    group by feature

),

means as (

    select
        long.segment_id,
        long.feature,
        long.phrase,
        long.phrase_negative,
        long.unit,
        cast(
            {{ exact_sum('long.feature_value') }}
            / nullif(count(long.feature_value), 0) as decimal(18, 1)
        ) as mean,
        cast(max(overall.mean) as decimal(18, 1)) as mean_of_all

    from long
    inner join overall
        on long.feature = overall.feature
    group by
        long.segment_id,
        long.feature,
        long.phrase,
        long.phrase_negative,
        long.unit

),

-- A mean below nothing that has a phrase of its own is said without its sign.
said as (

    select
        segment_id,
        feature,
        unit,
        case
            when phrase_negative is null then mean else abs(mean)
        end as said_mean,
        case
            when phrase_negative is null then mean_of_all else abs(mean_of_all)
        end as said_mean_of_all,
        case
            when mean < 0 then coalesce(phrase_negative, phrase) else phrase
        end as phrase,
        case
            when mean_of_all < 0 then coalesce(phrase_negative, phrase) else phrase
        end as phrase_of_all

    from means
    where mean is not null

),

described as (

    select
        said.segment_id,
        concat(
            'On average ',
            {{ join_text(
                "concat(cast(said.said_mean as string), said.unit, said.phrase, "
                ~ "' (all customers: ', cast(said.said_mean_of_all as string), "
                ~ "case when said.phrase_of_all = said.phrase then trim(said.unit) "
                ~ "else concat(said.unit, said.phrase_of_all) end, ')')",
                ', ', 'words.prominence_rank'
            ) }}
        ) as description

    from said
    inner join words
        on
            said.segment_id = words.segment_id
            and said.feature = words.feature
    where
        words.prominence_rank <= {{ var('name_words') }}
        and words.prominence >= {{ var('name_ratio') }} * words.top_prominence
    group by said.segment_id

),

totals as (

    select
        count(*) as customer_count,
        cast(sum(total_spend) as double) as revenue

    from customers

),

per_segment as (

    select
        names.segment_id,
        names.segment_key,
        names.segment_name,
        count(customers.customer_unique_id) as customer_count,
        coalesce(sum(customers.total_spend), 0) as revenue

    from names
    left join customers
        on names.segment_id = customers.segment_id
    group by names.segment_id, names.segment_key, names.segment_name

),

joined as (

    select
        per_segment.segment_id,
        per_segment.segment_key,

        per_segment.segment_name,
        described.description,

        per_segment.customer_count,
        cast(per_segment.customer_count as double) / totals.customer_count
            as customer_share,
        cast(per_segment.revenue as decimal(18, 2)) as revenue,
        cast(per_segment.revenue as double) / nullif(totals.revenue, 0)
            as revenue_share,
        cast(
            per_segment.revenue / nullif(per_segment.customer_count, 0)
            as decimal(18, 2)
        ) as revenue_per_customer

    from per_segment
    left join described
        on per_segment.segment_id = described.segment_id
    cross join totals

)

select * from joined
