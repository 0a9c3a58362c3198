{# CTEs that find the rows of a file with a value that does not fit its type. #}
{% macro unread_faults(table, file) -%}
    {%- set declared = declared_types(table) -%}
    {%- set types = mapped_types(table) -%}
    unread as (

        {% if declared -%}
            select
                raw_record,
                {{ unread_column(declared, table) }} as unread_name,
                {{ value_of_unread(declared, table) }} as unread_value
            from raw_{{ table.name }}
            where raw_file = '{{ file.name | replace("'", "''") }}'
            union all
        {%- endif %}
        select
            raw_record,
            {{ unread_column(types, table) }} as unread_name,
            {{ value_of_unread(types, table) }} as unread_value
        from (
            {{ mapped_values(table) if types
                else 'select * from raw_' ~ table.name }}
        ) as mapped_values
        where raw_file = '{{ file.name | replace("'", "''") }}'

    ),

    faults as (

        select
            raw_record,
            case
                {%- for name, expression in (table.meta.columns or {}).items() %}
                when unread_name = '{{ name }}'
                    then '{{ expression | string | replace("'", "''") }}'
                {%- endfor %}
                when true then unread_name
            end as column_name,
            concat(
                case
                    when unread_name in (
                        {%- for name, type in dict(declared, **types).items()
                            if type == 'timestamp' -%}
                            '{{ name }}',
                        {%- endfor -%}
                        ''
                    ) then 'not a date: '
                    else 'not a number: '
                end,
                unread_value
            ) as reason
        from unread
        where unread_name is not null

    )
{%- endmacro %}
