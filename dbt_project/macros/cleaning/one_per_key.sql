{# One row per key of a relation in which keys may repeat. #}
{% macro one_per_key(relation, key, order_by) -%}
    {{ adapter.dispatch('one_per_key')(relation, key, order_by) }}
{%- endmacro %}

{% macro spark__one_per_key(relation, key, order_by) -%}
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
        from {{ relation }}
        where {{ key | join(' is not null and ') }} is not null
    ) as ranked
    where key_rank = 1
{%- endmacro %}

{# Few keys repeat: DuckDB sorts only their rows, as Spark sorts all. #}
{% macro duckdb__one_per_key(relation, key, order_by) -%}
    {%- set repeats -%}
        exists (
            select 1 from repeated_keys
            where
                {% for column in key -%}
                    {{ 'and ' if not loop.first }}rows_.{{ column }} = repeated_keys.{{ column }}
                {% endfor -%}
        )
    {%- endset -%}
    with repeated_keys as (

        select {{ key | join(', ') }}
        from {{ relation }}
        group by {{ key | join(', ') }}
        having count(*) > 1

    )

    select
        *,
        1 as key_rank
    from {{ relation }} as rows_
    where
        {{ key | join(' is not null and ') }} is not null
        and not {{ repeats }}
    union all
    {{ spark__one_per_key(
        '(select * from ' ~ relation ~ ' as rows_ where ' ~ repeats ~ ') as repeated_rows',
        key, order_by
    ) }}
{%- endmacro %}
