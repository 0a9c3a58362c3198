-- One row per feature and bin of its values, bounded by the tenths of the customers the
-- model was fitted on: the share of customers in it. Bin 0 has those without a value.

with long as (

    {{ long_features(ref('customer_features')) }}

),

tenths as (

    select
        {% for tenth in range(1, 10) -%}
            percentile_cont({{ tenth / 10 }}) within group (order by feature_value)
                as tenth_{{ tenth }},
        {% endfor -%}
        feature
    from long
    group by feature

),

bounds as (

    select distinct
        tenths.feature,
        case numbers.tenth
            {%- for tenth in range(1, 10) %}
                when {{ tenth }} then tenths.tenth_{{ tenth }}
            {%- endfor %}
        end as upper_bound

    from tenths
    cross join (
        values
        {% for tenth in range(1, 10) -%}
            ({{ tenth }}){{ ',' if not loop.last }}
        {% endfor %}
    ) as numbers (tenth)

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
