{# On Spark, keeps the lines of a raw CSV that do not fit, before the model is built. #}
{% macro find_rejects() -%}
    {%- set file = raw_source(source(*model.sources[0])) -%}
    {%- set path = raw_file(file.meta.file) | replace("'", "''") -%}
    {%- set columns = file.columns.values() -%}
    {%- set names = read_lines(file, path) -%}
    {%- set days = date_columns(file, path) -%}
    {%- do adapter.drop_relation(rejects_of(this).incorporate(type='table')) -%}
    create table {{ rejects_of(this) }} using parquet as
    {#- Suspect is a line with too few or too many fields, with a value that does not fit,
        or with a quote or a character that may be a fault: raw_file_records looks at the
        file and decides. #}
    with judged as (

        select
            record,
            corrupt_record,
            case
                {%- for column in columns if column.data_type != 'string' %}
                when {{ column.name }} != '' and {{ cast_raw(column, days) }} is null
                    then '{{ column.name }}'
                {%- endfor %}
                when false then ''
            end as column_name,
            case
                {%- for column in columns if column.data_type != 'string' %}
                when {{ column.name }} != '' and {{ cast_raw(column, days) }} is null
                    then concat(
                        'not a {{ 'date' if column.data_type == 'timestamp' else 'number' }}: ',
                        {{ column.name }},
                        case
                            when {{ is_null_word(column.name) }}
                                then ' (leave the cell of a missing value empty)'
                            {%- if column.name in days %}
                            when {{ column.name }} like '____-__-__ %'
                                then ' (a time in a column that begins with days: give all a time)'
                            {%- elif column.data_type == 'timestamp' %}
                            when {{ column.name }} like '____-__-__'
                                then ' (a day in a column of times: add 00:00:00)'
                            {%- endif %}
                            when {{ column.name }} rlike '^-?[0-9.]*,[0-9]+$'
                                then ' (a decimal comma: save it with points)'
                            else ''
                        end
                    )
                {%- endfor %}
                when false then ''
            end as cast_fault,
            {% for column in columns -%}
                coalesce({{ column.name }} like '"%', false)
                or coalesce(contains({{ column.name }}, '\ufffd'), false)
                or
            {% endfor -%}
            {{ repeats_header(file, names) }}
            or octet_length(
                concat_ws(',', {{ columns | map(attribute='name') | join(', ') }})
            ) > 1000000 as is_odd
        from {{ raw_lines(file) }}

    ),

    suspects as (

        select * from judged
        where corrupt_record is not null or cast_fault is not null or is_odd

    ),

    found as (

        select inline(
            raw_file_records(
                '{{ path }}', ',', collect_list(record), {{ names | length }},
                cast(array() as array<bigint>)
            )
        )
        from suspects

    )

    select
        '{{ file.name }}' as source,
        '{{ file.meta.file }}' as file,
        suspects.record,
        found.line_number,
        found.line_count,
        case
            when found.fault is null then suspects.column_name
            {%- for name in names %}
            when found.field = {{ loop.index0 }} then '{{ name }}'
            {%- endfor %}
        end as column_name,
        coalesce(
            found.fault, suspects.cast_fault, 'too few or too many fields'
        ) as reason,
        found.raw_line
    from suspects
    inner join found
        on suspects.record = found.record
    where
        found.fault is not null
        or suspects.cast_fault is not null
        or suspects.corrupt_record is not null
{%- endmacro %}
