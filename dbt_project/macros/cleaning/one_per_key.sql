{# One row per key of a relation in which keys may repeat. #}
{% macro one_per_key(relation, key, order_by) -%}
    {%- set same_key -%}
        select 1 from repeated_keys
            where
                {% for column in key -%}
                    {{ 'and ' if not loop.first }}lines.{{ column }} = repeated_keys.{{ column }}
                {% endfor -%}
    {%- endset -%}
    {#- Few keys repeat: only their lines are sorted. -#}
    with repeated_keys as (

        select {{ key | join(', ') }}
        from {{ relation }}
        group by {{ key | join(', ') }}
        having count(*) > 1

    )

    select
        *,
        1 as key_rank
    from {{ relation }} as lines
    where
        {{ key | join(' is not null and ') }} is not null
        and not exists (
            {{ same_key }}
        )
    union all
    select * from (
        select
            *,
            row_number() over (
                partition by {{ key | join(', ') }}
                order by
                    {%- for expression in order_by %}
                    {{ expression }} nulls last{{ ',' if not loop.last }}
                    {%- endfor %}
            ) as key_rank
        from {{ relation }} as lines
        where exists (
            {{ same_key }}
        )
    ) as ranked
    where key_rank = 1
{%- endmacro %}
