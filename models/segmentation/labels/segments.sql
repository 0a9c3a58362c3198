-- One row per segment of the current model, numbered by mean spend: 1 spends most.
-- If no row of segment_k_candidates is eligible, the customers form no clear groups:
-- the segments still sort them, but cut through a cloud, and with other customers the
-- cuts would move. Then try fewer features, another range (k_min, k_max) or more
-- customers. The build says so at its end, and the report at its top.

{%- set features = chosen_features() %}

with customers as (

    select * from {{ ref('customer_segments') }}

),

centroids as (

    select * from {{ ref('int_current_centroids') }}

),

names as (

    select * from {{ ref('int_segment_names') }}

),

-- One row per segment first, so that customers are read once, not once per feature.
wide as (

    select
        segment_id,
        count(*) as customer_count,
        {%- for feature in features %}
            count({{ feature.name }}) as {{ feature.name }}_count,
            {{ exact_sum(feature.name) }} as {{ feature.name }}_total,
        {%- endfor %}
        sum(total_spend) as revenue,
        {{ exact_sum('silhouette') }} / count(*) as silhouette,
        cast(count(*) filter (where silhouette < 0) as double) / count(*)
            as negative_silhouette_share,
        cast(count(*) filter (where certainty < 0.8) as double)
        / nullif(count(certainty), 0) as uncertain_share

    from customers
    group by segment_id

),

per_feature as (

    {% for feature in features %}
        select
            segment_id,
            '{{ feature.name }}' as feature,
            {{ text_or_null(feature.phrase.removeprefix('%').strip()) }} as phrase,
            {{ text_or_null(feature.phrase_negative) }} as phrase_negative,
            {%- set is_share = feature.phrase.startswith('%') %}
            '{{ '% ' if is_share else ' ' }}' as unit,
            {{ 100 if is_share else 1 }} * {{ feature.name }}_total as total,
            {{ feature.name }}_count as customer_count
        from wide
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

overall as (

    select
        feature,
        {{ exact_sum('total') }} / nullif(sum(customer_count), 0) as mean

    from per_feature
    group by feature

),

means as (

    select
        per_feature.segment_id,
        per_feature.feature,
        per_feature.phrase,
        per_feature.phrase_negative,
        per_feature.unit,
        cast(
            per_feature.total / nullif(per_feature.customer_count, 0)
            as decimal(18, 1)
        ) as mean,
        cast(overall.mean as decimal(18, 1)) as mean_of_all

    from per_feature
    inner join overall
        on per_feature.feature = overall.feature

),

-- Where a negative mean has its own phrase, it is shown without the minus sign.
said as (

    select
        segment_id,
        feature,
        unit,
        {% for name in ('mean', 'mean_of_all') -%}
            {{ with_thousands(
                'cast(case when phrase_negative is null then ' ~ name
                ~ ' else abs(' ~ name ~ ') end as string)'
            ) }} as said_{{ name }},
        {% endfor %}
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
                "concat(said.said_mean, said.unit, said.phrase, "
                ~ "' (all customers: ', said.said_mean_of_all, "
                ~ "case when said.phrase_of_all = said.phrase then trim(said.unit) "
                ~ "else concat(said.unit, said.phrase_of_all) end, ')')",
                ', ', 'centroids.prominence_rank'
            ) }}
        ) as description

    from said
    inner join centroids
        on
            said.segment_id = centroids.segment_id
            and said.feature = centroids.feature
    where
        centroids.prominence_rank <= {{ var('name_words') }}
        and centroids.prominence >= {{ var('name_ratio') }} * centroids.top_prominence
    group by said.segment_id

),

totals as (

    select
        sum(customer_count) as customer_count,
        cast(sum(revenue) as double) as revenue

    from wide

),

per_segment as (

    select
        names.segment_id,
        names.segment_key,
        names.segment_name,
        coalesce(wide.customer_count, 0) as customer_count,
        coalesce(wide.revenue, 0) as revenue,
        wide.silhouette,
        wide.negative_silhouette_share,
        wide.uncertain_share

    from names
    left join wide
        on names.segment_id = wide.segment_id

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
        ) as revenue_per_customer,
        per_segment.silhouette,
        per_segment.negative_silhouette_share,
        per_segment.uncertain_share

    from per_segment
    left join described
        on per_segment.segment_id = described.segment_id
    cross join totals

)

select * from joined
