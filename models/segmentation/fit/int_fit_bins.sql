-- One row per feature and bin: the share of customers whose value lies in it. The
-- bounds are the tenths of the customers the model was fitted on; bin 0 has those
-- without a value.

with long as (

    {{ long_features(ref('customer_features')) }}

),

known as (

    select * from {{ ref('int_feature_values') }}
    where feature in (
        {%- for feature in chosen_features() %}
            '{{ feature.name }}'{{ ',' if not loop.last }}
        {%- endfor %}
    )

),

{%- set tenths = {} %}
{%- for tenth in range(1, 10) %}
    {%- do tenths.update({'p' ~ tenth: tenth / 10}) %}
{%- endfor %}

tenths as (

    {{ quantiles('known', tenths) | indent(4) }}

),

bounds as (

    select distinct
        tenths.feature,
        case names.tenth
            {%- for name in tenths %}
                when '{{ name }}' then tenths.{{ name }}
            {%- endfor %}
        end as upper_bound

    from tenths
    cross join (
        values
        {% for name in tenths -%}
            ('{{ name }}'){{ ',' if not loop.last }}
        {% endfor %}
    ) as names (tenth)

),

shares as (

    {{ bin_shares('long', 'bounds') }}

),

bins as (

    select
        feature,
        row_number() over (partition by feature order by upper_bound) as bin,
        upper_bound
    from bounds
    union all
    select
        feature,
        0 as bin,
        null as upper_bound
    from bounds
    group by feature
    union all
    select
        feature,
        1 + count(*) as bin,
        null as upper_bound
    from bounds
    group by feature

),

filled as (

    select
        bins.feature,
        cast(bins.bin as integer) as bin,
        bins.upper_bound,
        coalesce(shares.customer_share, 0) as customer_share

    from bins
    left join shares
        on
            bins.feature = shares.feature
            and bins.bin = shares.bin

)

select * from filled
