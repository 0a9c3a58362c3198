{# One row per feature, one column per name: continuous quantiles, as percentile_cont
   gives them, of values with a number of customers for each. Unlike that function,
   which holds all values in memory, this can make use of the disk.

   values: relation of the columns in `by`, feature_value and customer_count.
   shares: from 0 to 1, by the name of the column.
   by: what there is one row for. #}
{% macro quantiles(values, shares, by=['feature']) -%}
    {%- set by = by | join(', ') -%}
    select
        {{ by }}
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
            {{ by }},
            feature_value,
            cast(
                sum(customer_count) over (
                    partition by {{ by }} order by feature_value
                ) as double
            ) as reached,
            cast(
                sum(customer_count) over (partition by {{ by }}) as double
            ) as total_count
        from {{ values }}
    ) as ranked
    group by {{ by }}
{%- endmacro %}
