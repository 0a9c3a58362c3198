{# One row per key of a relation in which keys may repeat. #}
{% macro one_per_key(relation, key, order_by) -%}
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
        where {% for column in key -%}
            {{ ' and ' if not loop.first }}{{ column }} is not null
        {%- endfor %}
    ) as ranked
    where key_rank = 1
{%- endmacro %}
