{# The lines of a table that could not be read, once load_table has read it. #}
{% macro unread_rows(table) -%}
    {{ adapter.dispatch('unread_rows')(table) }}
{%- endmacro %}

{% macro duckdb__unread_rows(table) -%}
    {%- for file in table_files(table) %}
        select * from (
            with by_reader as (

                {{ rejected_lines(
                    table, file.errors, file.name, file.path, file.delimiter
                ) if file.is_csv else no_rejects() }}

            ),

            {{ unread_faults(table, file) }},

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
