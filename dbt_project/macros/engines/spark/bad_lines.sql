{# A temporary view of the lines of a shop's CSV that are no records, as find_rejects does. #}
{% macro bad_lines(file) -%}
    create or replace temporary view bad_{{ file.errors }} as
    with judged as (

        select
            monotonically_increasing_id() % 8589934592 as raw_record,
            corrupt_record,
            {% for name in file.names -%}
                coalesce({{ quoted(name) }} like '"%', false)
                or coalesce(contains({{ quoted(name) }}, '\ufffd'), false)
                or
            {% endfor -%}
            {{ file.repeats_header }} as is_odd
        from {{ file.rows }}

    ),

    suspects as (

        select * from judged
        where corrupt_record is not null or is_odd

    ),

    found as (

        select inline(
            raw_file_records(
                '{{ file.path }}', '{{ file.delimiter }}', collect_list(raw_record),
                {{ file.names | length }}, cast(array() as array<bigint>)
            )
        )
        from suspects

    )

    select
        suspects.raw_record,
        found.line_number,
        found.line_count,
        case found.field
            {%- for name in file.names %}
            when {{ loop.index0 }} then '{{ name | replace("'", "\\'") }}'
            {%- endfor %}
        end as column_name,
        coalesce(found.fault, 'too few or too many fields') as reason,
        found.raw_line
    from suspects
    inner join found
        on suspects.raw_record = found.record
    where found.fault is not null or suspects.corrupt_record is not null
{%- endmacro %}
