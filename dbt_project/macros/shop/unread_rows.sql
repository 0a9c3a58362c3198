{# The lines of a table that could not be read, once load_table has read it. #}
{% macro unread_rows(table) -%}
    {%- set declared = declared_types(table) -%}
    {%- set types = mapped_types(table) -%}
    {%- for file in table_files(table) %}
        select * from (
            with by_reader as (

                {{ rejected_lines(
                    table, file.errors, file.name, file.path, file.delimiter
                ) if file.is_csv else no_rejects() }}

            ),

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

            ),

            {% if file.is_csv -%}
                lines as (

                    select
                        unnest(
                            raw_file_records(
                                '{{ file.path }}', '{{ file.delimiter }}',
                                (select list(raw_record) from faults),
                                {{ file.names | length }},
                                (
                                    select coalesce(list(line_number), [])
                                    from by_reader
                                    where reason != 'repeats the header'
                                )
                            ),
                            recursive := true
                        )

                )
            {%- else -%}
                lines as (

                    select
                        raw_record as record,
                        raw_record + 1 as line_number,
                        1 as line_count,
                        cast(raw_rows as string) as raw_line
                    from raw_{{ table.name }} as raw_rows

                )
            {%- endif %}

            select
                source, file, line_number, line_count, column_name, reason, raw_line
            from by_reader
            union all
            select
                '{{ table.name }}' as source,
                '{{ file.name | replace("'", "''") }}' as file,
                lines.line_number,
                lines.line_count,
                faults.column_name,
                faults.reason,
                lines.raw_line
            from faults
            inner join lines
                on faults.raw_record = lines.record
        ) as of_file
        {{ 'union all' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
