{# Warns of lines that could not be read, and stops a build where they are too many. #}
{% macro check_rejected_share() -%}
    {%- set rejects = run_query(
        'select file, source, count(*), min(line_number), '
        ~ "min_by(reason, line_number), min_by(coalesce(column_name, ''), line_number), "
        ~ 'sum(count(*)) over (partition by source) '
        ~ 'from ' ~ this ~ ' group by file, source order by file'
    ) if execute else [] -%}
    {%- for file, source, rejected, line, reason, column, of_source in rejects -%}
        {%- set all, in_source, read = line_counts(source, file, of_source) -%}
        {%- set message -%}
            {{ file }}: {{ '{:,}'.format(rejected) }} of {{ '{:,}'.format(all) }} lines
            {{- ' could not be read, line {:,}'.format(line) }} first
            {{- ' (column ' ~ column ~ ', ' if column else ' (' }}{{ reason }}).
        {%- endset -%}
        {%- set advice = ': see the table rejected_rows, and correct the file' -%}
        {%- if rejected > var('max_rejected_share') | float * all -%}
            {{ exceptions.raise_compiler_error(
                message ~ ' That is more than the share '
                ~ var('max_rejected_share') ~ ' that max_rejected_share allows'
                ~ advice ~ ' or raise the variable.'
            ) }}
        {%- elif read is not none and read + of_source != in_source -%}
            {{ exceptions.raise_compiler_error(
                message ~ ' ' ~ '{:,}'.format(read) ~ ' were read, which leaves a '
                ~ 'difference: a quote may stay open, or the end of the file is bad'
                ~ advice ~ '.'
            ) }}
        {%- endif -%}
        {%- do exceptions.warn(message ~ ' Kept in rejected_rows.') -%}
    {%- endfor -%}
{%- endmacro %}
