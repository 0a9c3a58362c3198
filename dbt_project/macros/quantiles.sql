{# One row per feature, one column per name: continuous quantiles, as percentile_cont
   gives them, of values with a number of customers for each.

   values: relation of feature, feature_value and customer_count.
   shares: from 0 to 1, by the name of the column. #}
{% macro quantiles(values, shares) -%}
    select
        feature
        {%- for name, share in shares.items() %}
            {%- set place = share ~ ' * (total_count - 1)' %},
        min(case when reached > floor({{ place }}) then feature_value end)
        + (
            min(case when reached > ceil({{ place }}) then feature_value end)
            - min(case when reached > floor({{ place }}) then feature_value end)
        ) * max({{ place }} - floor({{ place }})) as {{ name }}
        {%- endfor %}
    from (
        select
            feature,
            feature_value,
            cast(
                sum(customer_count) over (
                    partition by feature order by feature_value
                ) as double
            ) as reached,
            cast(
                sum(customer_count) over (partition by feature) as double
            ) as total_count
        from {{ values }}
    ) as ranked
    group by feature
{%- endmacro %}
