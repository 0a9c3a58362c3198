-- One row per number in customer_features: does the rule take it, and if not, why. The
-- rule goes through them in the order of the configuration, free of units.

{%- set names = feature_order() %}
{%- set worded = worded_features() | map(attribute='name') | list %}
{%- set limit = var('max_correlation') %}

with measures as (

    select * from {{ ref('int_feature_measures') }}

),

correlations as (

    select * from {{ ref('int_feature_correlations') }}
    where abs(correlation) >= {{ limit }}

),

faults as (

    select
        feature,
        case
            when missing_share = 1 then 'nobody has a value'
            when distinct_values <= 1 then 'everybody has the same value'
            when missing_share > {{ var('max_missing_share') }}
                then concat(
                    cast(cast(100 * missing_share as decimal(4, 1)) as string),
                    ' % of customers have no value'
                )
            when coalesce(trimmed_variance, 0) = 0
                then 'it does not vary among the middle 98 %'
            when
                feature not in (
                    {%- for name in worded %}
                        '{{ name }}'{{ ',' if not loop.last }}
                    {%- endfor %}
                )
                then 'no entry of the configuration gives its words'
        end as fault

    from measures

),

first_faults as (

    select
        {% for name in names -%}
            max(case when feature = '{{ name }}' then fault end) as {{ name }}_fault
            {{- ',' if not loop.last }}
        {% endfor %}
    from faults

),

twins as (

    select
        {% for name in names -%}
            {%- for other in names[:loop.index0] -%}
                count(*) filter (
                    where feature = '{{ name }}' and other_feature = '{{ other }}'
                ) as {{ name }}_like_{{ other }},
            {% endfor %}
        {%- endfor -%}
        count(*) as pair_count
    from correlations

),

step_0 as (

    select
        first_faults.*,
        twins.*

    from first_faults
    cross join twins

),

-- Each step decides on one feature, knowing those taken before it.
{% for name in names %}
    step_{{ loop.index }} as (

        select
            *,
            case
                when {{ name }}_fault is not null then {{ name }}_fault
                {% for other in names[:loop.index0] %}
                    when {{ name }}_like_{{ other }} = 1 and {{ other }}_verdict is null
                        then 'it says nearly the same as {{ other }}'
                {% endfor %}
            end as {{ name }}_verdict

        from step_{{ loop.index0 }}

    ),
{% endfor %}

verdicts as (

    select
        names.feature,
        case names.feature
            {%- for name in names %}
                when '{{ name }}' then last_step.{{ name }}_verdict
            {%- endfor %}
        end as fault

    from step_{{ names | length }} as last_step
    cross join (
        values
        {% for name in names -%}
            ('{{ name }}'){{ ',' if not loop.last }}
        {% endfor %}
    ) as names (feature)

),

judged as (

    select
        feature,
        fault,
        fault is null as is_taken

    from verdicts

)

select * from judged
