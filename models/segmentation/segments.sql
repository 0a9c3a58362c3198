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
            '{{ feature.phrase | replace("'", "''") }}' as phrase,
            cast({{ feature.name }} as double) as feature_value
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
        {{ exact_sum('long.feature_value') }}
        / nullif(count(long.feature_value), 0) as mean,
        max(overall.mean) as mean_of_all

    from long
    inner join overall
        on long.feature = overall.feature
    group by long.segment_id, long.feature, long.phrase

),

described as (

    select
        means.segment_id,
        concat(
            'On average ',
            {{ join_text(
                "concat(cast(cast(means.mean as decimal(18, 1)) as string), ' ', "
                ~ "means.phrase, ' (all customers: ', "
                ~ "cast(cast(means.mean_of_all as decimal(18, 1)) as string), ')')",
                ', ', 'words.prominence_rank'
            ) }}
        ) as description

    from means
    inner join words
        on
            means.segment_id = words.segment_id
            and means.feature = words.feature
    where
        words.prominence_rank <= {{ var('name_words') }}
        and words.prominence >= {{ var('name_ratio') }} * words.top_prominence
        and means.mean is not null
    group by means.segment_id

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
