{# The share of customers in every bin of every feature. #}
{% macro bin_shares(customers, bounds) -%}
    select
        feature,
        bin,
        cast(sum(customer_count) as double)
        / sum(sum(customer_count)) over (partition by feature) as customer_share
    from (
        select
            counted.feature,
            counted.feature_value,
            max(counted.customer_count) as customer_count,
            case
                when counted.feature_value is null then 0
                else 1 + count(bounds.upper_bound)
            end as bin
        from (
            select
                feature,
                feature_value,
                count(*) as customer_count
            from {{ customers }}
            group by feature, feature_value
        ) as counted
        left join {{ bounds }} as bounds
            on
                counted.feature = bounds.feature
                and counted.feature_value > bounds.upper_bound
        group by counted.feature, counted.feature_value
    ) as binned
    group by feature, bin
{%- endmacro %}
