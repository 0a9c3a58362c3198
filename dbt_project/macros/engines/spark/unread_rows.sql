{# Spark's version of unread_rows. #}
{% macro spark__unread_rows(table) -%}
    {%- for file in table_files(table) %}
        select * from (
            with {{ unread_faults(table, file) }},

            lines as (

                {% if file.is_csv -%}
                    select inline(
                        raw_file_records(
                            '{{ file.path }}', '{{ file.delimiter }}',
                            collect_list(raw_record), {{ file.names | length }},
                            cast(array() as array<bigint>)
                        )
                    )
                    from faults
                {%- else -%}
                    select
                        raw_record as record,
                        raw_record + 1 as line_number,
                        cast(1 as bigint) as line_count,
                        to_json(struct(*)) as raw_line
                    from raw_{{ table.name }}
                {%- endif %}

            )

            {% if file.is_csv -%}
                select
                    '{{ table.name }}' as source,
                    '{{ file.name | replace("'", "\\'") }}' as file,
                    line_number,
                    line_count,
                    column_name,
                    reason,
                    raw_line
                from bad_{{ file.errors }}
                union all
            {%- endif %}
            select
                '{{ table.name }}' as source,
                '{{ file.name | replace("'", "\\'") }}' as file,
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
