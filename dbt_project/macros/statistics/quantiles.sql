{# Continuous quantiles of counted values: one row per feature, one column each. #}
{% macro quantiles(values, shares, by=['feature']) -%}
    {%- set by = by | join(', ') -%}
    select
        {{ by }}
        {%- for name, share in shares.items() %}
            {%- set place = share ~ ' * cast(total_count - 1 as double)' %},
        min(case when reached > floor({{ place }}) then feature_value end)
        + (
            min(case when reached > ceil({{ place }}) then feature_value end)
            - min(case when reached > floor({{ place }}) then feature_value end)
        ) * max({{ place }} - floor({{ place }})) as {{ name }}
        {%- endfor %}
    from {{ values }}
    group by {{ by }}
{%- endmacro %}
