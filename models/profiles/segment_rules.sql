-- One row per segment and rule: thresholds on a few features that find customers of the
-- segment without its centroid, and how well they do so. Every customer fulfils exactly
-- one rule.

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02

with bounds as (

    select
        bounds.*,
        parameters.position,
        parameters.fill_value

    from {{ ref('int_rule_bounds') }} as bounds
    inner join {{ ref('int_feature_parameters') }} as parameters
        on bounds.feature = parameters.feature

),

customers as (

    select * from {{ ref('customer_segments') }}

),

names as (

    select * from {{ ref('int_segment_names') }}

),

-- A missing value is where the fit put it: at the fill value.
told as (

    {% for feature in chosen_features() %}
        select
            segment_id,
            rule_number,
            feature,
            position,
            at_least,
            below,
            concat_ws(
                ' and ',
                '{{ feature.name }} >= ' || {{ short_number('at_least') }},
                '{{ feature.name }} < ' || {{ short_number('below') }}
            ) as condition,
            {{ bounds_in_words(feature) | indent(12) }} as words,
            {{ may_be_missing('customer_features', feature.name) | lower }}
            and fill_value >= coalesce(at_least, fill_value)
            and (below is null or fill_value < below) as has_missing
        from bounds
        where feature = '{{ feature.name }}'
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

rules as (

    select
        segment_id,
        rule_number,
        {{ join_text(
            "case when has_missing then concat('(', condition, ' or ', feature, "
            ~ "' is null)') else condition end", ' and ', 'position'
        ) }} as condition,
        {{ join_text(
            "concat(words, case when has_missing then ' (or no value)' else '' end)",
            ', ', 'position'
        ) }} as words
        {%- for feature in chosen_features() %},
            {%- set of_feature = "filter (where feature = '" ~ feature.name ~ "')" %}
            coalesce(max(at_least) {{ of_feature }}, -1e300)
                as {{ feature.name }}_least,
            coalesce(max(below) {{ of_feature }}, 1e300)
                as {{ feature.name }}_below,
            coalesce(bool_and(has_missing) {{ of_feature }}, true)
                as {{ feature.name }}_missing
        {%- endfor %}

    from told
    group by segment_id, rule_number

),

fulfilled as (

    select
        rules.segment_id,
        rules.rule_number,
        count(*) as customer_count,
        count(*) filter (where customers.segment_id = rules.segment_id) as member_count

    from customers
    cross join rules
    where
        {% for feature in chosen_features() -%}
            {%- set name = feature.name -%}
            {{ 'and ' if not loop.first -}}
            case
                when customers.{{ name }} is null then rules.{{ name }}_missing
                else
                    customers.{{ name }} >= rules.{{ name }}_least
                    and customers.{{ name }} < rules.{{ name }}_below
            end
        {% endfor %}
    group by rules.segment_id, rules.rule_number

),

sizes as (

    select
        segment_id,
        count(*) as segment_count

    from customers
    group by segment_id

),

counted as (

    select
        rules.segment_id,
        rules.rule_number,
        rules.condition,
        rules.words,
        coalesce(fulfilled.customer_count, 0) as customer_count,
        coalesce(fulfilled.member_count, 0) as member_count,
        coalesce(sizes.segment_count, 0) as segment_count,
        sum(fulfilled.customer_count) over () as total_count,
        sum(coalesce(fulfilled.customer_count, 0)) over of_segment as named_count,
        sum(coalesce(fulfilled.member_count, 0)) over of_segment as found_count

    from rules
    left join fulfilled
        on
            rules.segment_id = fulfilled.segment_id
            and rules.rule_number = fulfilled.rule_number
    left join sizes
        on rules.segment_id = sizes.segment_id
    window of_segment as (partition by rules.segment_id)

),

joined as (

    select
        names.segment_id,
        names.segment_key,
        counted.rule_number,

        names.segment_name,
        counted.condition,
        counted.words,

        counted.customer_count,
        counted.member_count,
        cast(counted.member_count as double) / nullif(counted.customer_count, 0)
            as member_share,
        cast(counted.found_count as double) / nullif(counted.named_count, 0)
            as segment_precision,
        cast(counted.found_count as double) / nullif(counted.segment_count, 0)
            as segment_recall,
        1 - cast(
            counted.named_count + counted.segment_count - 2 * counted.found_count
            as double
        ) / nullif(counted.total_count, 0) as segment_agreement

    from counted
    inner join names
        on counted.segment_id = names.segment_id

)

select * from joined
