{# Keeps the lines of a raw CSV that its staging model could not read, beside the
   model: one row per line, with the first thing that is wrong with it. #}
{% macro keep_rejects() -%}
    {%- if execute and this.name.startswith('stg_') -%}
        {{ adapter.dispatch('keep_rejects')(
            graph.sources['source.olist_segments.olist.' ~ this.name[4:]]
        ) }}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__keep_rejects(file) -%}
    create or replace table {{ rejects_of(this) }} as
    with errors as (

        select
            *,
            row_number() over (
                partition by line_byte_position order by column_idx nulls last
            ) as error_rank
        from reject_errors_{{ file.name }}

    ),

    lines as (

        select
            unnest(list_sort(list(line_byte_position))) as line_byte_position,
            unnest(
                raw_file_lines(
                    '{{ raw_file(file.meta.file) | replace("'", "''") }}',
                    cast(list_sort(list(line_byte_position)) as bigint[])
                )
            ) as found
        from errors
        where error_rank = 1

    )

    select
        lines.found.line_number,
        lines.found.line_count,
        errors.column_name,
        {{ reject_reason() }} as reason,
        lines.found.raw_line
    from errors
    inner join lines using (line_byte_position)
    where errors.error_rank = 1
{%- endmacro %}
