{# Counts lines with a key, and those of them that repeat another line with their key. #}
{% macro repeated_lines(relation, key) -%}
    {%- set has_key = key | join(' is not null and ') ~ ' is not null' -%}
    with repeated_keys as (

        select
            {{ key | join(', ') }},
            count(*) as line_count
        from {{ relation }}
        where {{ has_key }}
        group by {{ key | join(', ') }}
        having count(*) > 1

    ),

    different_lines as (

        select distinct lines.*
        from {{ relation }} as lines
        inner join repeated_keys
            on
                {% for column in key -%}
                    {{ 'and ' if not loop.first }}lines.{{ column }} = repeated_keys.{{ column }}
                {% endfor %}

    ),

    counts as (

        select
            (select count(*) from {{ relation }} where {{ has_key }}) as line_count,
            (select coalesce(sum(line_count), 0) from repeated_keys) as repeated_count,
            (select count(*) from different_lines) as different_count,
            (select count(*) from repeated_keys) as key_count

    )

    select
        line_count,
        repeated_count - different_count as equal_count,
        different_count - key_count as differing_count
    from counts
{%- endmacro %}
