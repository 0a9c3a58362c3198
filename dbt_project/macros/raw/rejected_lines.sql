{# The lines of a raw CSV that DuckDB has rejected. #}
{% macro rejected_lines(source, errors, file, path, delimiter) -%}
    with header as (

        select raw_file_header('{{ path }}', '{{ delimiter }}') as names

    ),

    ranked as (

        select
            *,
            row_number() over (
                partition by line order by byte_position, column_idx
            ) as error_rank
        from reject_errors_{{ errors }}

    ),

    errors as (

        select * from ranked
        where error_rank = 1

    ),

    lines as (

        select
            unnest(
                raw_file_lines(
                    '{{ path }}',
                    '{{ delimiter }}',
                    cast(list(line_byte_position order by line) as bigint[]),
                    cast(list(byte_position order by line) as bigint[])
                ),
                recursive := true
            )
        from errors

    ),

    headers as (

        select unnest(raw_file_headers('{{ path }}', '{{ delimiter }}'), recursive := true)

    )

    select
        '{{ source.name }}' as source,
        '{{ file | replace("'", "''") }}' as file,
        lines.line_number,
        lines.line_count,
        case
            when errors.column_name like 'unused_%'
                then header.names[cast(substr(errors.column_name, 8) as bigint)]
            else errors.column_name
        end as column_name,
        {{ reject_reason() }} as reason,
        lines.raw_line
    from errors
    cross join header
    inner join lines
        on errors.byte_position = lines.place
    where lines.line_number not in (select headers.line_number from headers)
    union all
    select
        '{{ source.name }}' as source,
        '{{ file | replace("'", "''") }}' as file,
        line_number,
        line_count,
        null as column_name,
        'repeats the header' as reason,
        raw_line
    from headers
{%- endmacro %}
