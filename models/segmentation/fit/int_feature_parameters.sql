-- One row per feature clustered on: the parameters that scale it, in the order of use:
-- fill value, clip bound, transform, mean, standard deviation. A feature that does not
-- vary, or that nobody has, is left out here, so that no table or page has it.

{%- set candidates = feature_candidates() %}

with customers as (

    select * from {{ ref('customer_features') }}

),

candidates as (

    {% for feature in candidates %}
        select
            {{ loop.index }} as position,
            '{{ feature.name }}' as feature,
            '{{ feature.transform }}' as transform,
            cast({{ feature.clip_quantile }} as double) as clip_quantile
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

known as (

    select
        counted.*,
        candidates.clip_quantile

    from {{ ref('int_feature_values') }} as counted
    inner join candidates
        on counted.feature = candidates.feature

),

quantiles as (

    {{ quantiles('known', {'median': 0.5, 'clip': 'clip_quantile'}) | indent(4) }}

),

candidate_bounds as (

    select
        candidates.position,
        candidates.feature,
        candidates.transform,
        coalesce(quantiles.median, 0) as fill_value,
        coalesce(quantiles.clip, 0) as clip_upper

    from candidates
    left join quantiles
        on candidates.feature = quantiles.feature

),

bounds as (

    select * from candidate_bounds
    {#- Otherwise the candidates are the list, and a fit need not wait for the rule. #}
    {% if var('feature_choice') == 'auto' -%}
        where feature in (
            select choice.feature from {{ ref('int_feature_choice') }} as choice
            where choice.is_selected
        )
    {%- endif %}

),

transformed as (

    {% for feature in candidates %}
        select
            bounds.feature,
            {{ transformed(feature) }} as transformed_value

        from customers
        cross join bounds
        where bounds.feature = '{{ feature.name }}'
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

means as (

    select
        feature,
        count(*) as value_count,
        {{ exact_sum('transformed_value') }} / count(*) as mean

    from transformed
    group by feature

),

deviations as (

    select
        transformed.feature,
        {{ exact_sum('power(transformed.transformed_value - means.mean, 2)') }}
            as squared_deviation

    from transformed
    inner join means
        on transformed.feature = means.feature
    group by transformed.feature

),

joined as (

    select
        bounds.position,
        bounds.feature,

        bounds.transform,

        bounds.fill_value,
        bounds.clip_upper,
        means.mean,
        sqrt(deviations.squared_deviation / means.value_count) as standard_deviation

    from bounds
    inner join means
        on bounds.feature = means.feature
    inner join deviations
        on bounds.feature = deviations.feature
    where deviations.squared_deviation > 0

)

select * from joined
