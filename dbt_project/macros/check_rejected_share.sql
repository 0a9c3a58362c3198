{# Warns of lines that could not be read, and stops the build where they are too many. #}
{% macro check_rejected_share() -%}
    {%- set rejects = run_query(
        'select file, source, sum(line_count), min(line_number), '
        ~ 'min_by(reason, line_number), min_by(column_name, line_number) '
        ~ 'from ' ~ this ~ ' group by file, source order by file'
    ) if execute else [] -%}
    {%- for file, source, rejected, line, reason, column in rejects -%}
        {%- set staged = ref('stg_' ~ source) -%}
        {%- set read = run_query('select count(*) from ' ~ staged).rows[0][0] -%}
        {%- set message -%}
            {{ file }}: {{ '{:,}'.format(rejected | int) }} of
            {{- ' {:,}'.format(rejected | int + read) }} lines could not be read, line
            {{- ' {:,}'.format(line) }} first
            {{- ' (column ' ~ column ~ ', ' if column else ' (' }}{{ reason }}).
        {%- endset -%}
        {%- if rejected > var('max_rejected_share') | float * (rejected + read) -%}
            {{ exceptions.raise_compiler_error(
                message ~ ' That is more than the share '
                ~ var('max_rejected_share') ~ ' that max_rejected_share allows: see '
                ~ 'the table rejected_rows, and correct the file or raise the variable.'
            ) }}
        {%- endif -%}
        {%- do exceptions.warn(message ~ ' Kept in rejected_rows.') -%}
    {%- endfor -%}
{%- endmacro %}
