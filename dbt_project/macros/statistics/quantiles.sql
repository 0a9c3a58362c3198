{# Continuous quantiles of counted values: one row per feature, one column each. #}
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
