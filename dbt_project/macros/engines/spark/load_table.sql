{# Spark's version of load_table: views of the files, and of their lines that are bad. #}
{% macro spark__load_table(table) -%}
    {%- set files = table_files(table) -%}
    {%- set all = [] -%}
    {%- for file in files -%}
        {%- if file.is_csv -%}
            {%- do view_lines(file) -%}
            {%- do run_query(bad_lines(file)) -%}
        {%- else -%}
            {%- do file.update({'names': run_query(
                'select * from ' ~ file.rows ~ ' limit 0'
            ).column_names | list}) -%}
        {%- endif -%}
        {%- for name in file.names if name not in all -%}
            {%- do all.append(name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- call statement('load_table') -%}
        create or replace temporary view raw_{{ table.name }} as
        {% for file in files -%}
            select
                '{{ file.name | replace("'", "\\'") }}' as raw_file,
                raw_record,
                {%- for name in all %}
                {% if name not in file.names -%}
                    cast(null as string)
                {%- elif file.is_csv -%}
                    nullif({{ quoted(name) }}, '')
                {%- else -%}
                    {{ quoted(name) }}
                {%- endif %} as {{ quoted(name) }}{{ ',' if not loop.last }}
                {%- endfor %}
            from (
                select
                    *,
                    monotonically_increasing_id() % 8589934592 as raw_record
                from {{ file.rows }}
            ) as numbered
            {% if file.is_csv -%}
                where raw_record not in (select raw_record from bad_{{ file.errors }})
            {%- endif %}
            {{ 'union all' if not loop.last }}
        {% endfor %}
    {%- endcall -%}
{%- endmacro %}
