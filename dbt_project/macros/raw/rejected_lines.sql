{# The lines of a raw CSV that DuckDB could not read while the model was built. #}
{% macro rejected_lines(file) -%}
    {%- set path = raw_file(file.meta.file) | replace("'", "''") -%}
    with header as (

        select raw_file_header('{{ path }}') as names

    ),

    ranked as (

        select
            *,
            row_number() over (
                partition by line order by byte_position, column_idx
            ) as error_rank
        from reject_errors_{{ file.name }}

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
                    cast(list(line_byte_position order by line) as bigint[]),
                    cast(list(byte_position order by line) as bigint[])
                ),
                recursive := true
            )
        from errors

    ),

    headers as (

        select unnest(raw_file_headers('{{ path }}'), recursive := true)

    )

    select
        '{{ file.name }}' as source,
        '{{ file.meta.file }}' as file,
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
        '{{ file.name }}' as source,
        '{{ file.meta.file }}' as file,
        line_number,
        line_count,
        null as column_name,
        'repeats the header' as reason,
        raw_line
    from headers
{%- endmacro %}
