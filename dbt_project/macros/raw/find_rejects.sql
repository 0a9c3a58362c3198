{# Keeps the lines of a raw CSV that its staging model cannot read, before it is built:
   where the reader itself does not keep them, as DuckDB's does for keep_rejects. #}
{% macro find_rejects() -%}
    {%- if execute and this.name.startswith('stg_') -%}
        {{ adapter.dispatch('find_rejects')(
            graph.sources['source.olist_segments.olist.' ~ this.name[4:]]
        ) }}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__find_rejects(file) -%}
{%- endmacro %}

{# A line is suspect if it has too few or too many fields, a value that does not fit, or
   a quote or a sign that may be a fault: the function looks at the file to decide. #}
{% macro spark__find_rejects(file) -%}
    {%- set path = raw_file(file.meta.file) | replace("'", "''") -%}
    {%- set columns = file.columns.values() -%}
    {%- set names = read_lines(file, path) -%}
    {%- do adapter.drop_relation(rejects_of(this).incorporate(type='table')) -%}
    create table {{ rejects_of(this) }} using parquet as
    with judged as (

        select
            record,
            corrupt_record,
            case
                {%- for column in columns if column.data_type != 'string' %}
                when {{ column.name }} != '' and {{ cast_raw(column) }} is null
                    then '{{ column.name }}'
                {%- endfor %}
                when false then ''
            end as column_name,
            case
                {%- for column in columns if column.data_type != 'string' %}
                when {{ column.name }} != '' and {{ cast_raw(column) }} is null
                    then {{ cast_fault(column) }}
                {%- endfor %}
                when false then ''
            end as cast_fault,
            {% for column in columns -%}
                coalesce({{ column.name }} like '"%', false)
                or coalesce(contains({{ column.name }}, '\ufffd'), false)
                or
            {% endfor -%}
            octet_length(
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
            raw_file_records('{{ path }}', collect_list(record), {{ names | length }})
        )
        from suspects

    )

    select
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
