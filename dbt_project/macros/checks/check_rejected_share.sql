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

{# Lines of a file, lines of all files of its table, and lines of them that were read: none
   where a table is joined or filtered, so that its lines are not those of a model. #}
{% macro line_counts(source_name, file, rejected) -%}
    {%- set table = graph.sources.values() | selectattr('name', 'equalto', source_name)
        | first -%}
    {%- set model_name = source_name if shop() == 'olist' else 'lines' -%}
    {%- set read = none -%}
    {%- if shop() == 'olist' or (
        source_name == 'order_lines' and table.meta.columns and not table.meta.filter
    ) -%}
        {%- set read = run_query(
            'select count(*) from ' ~ ref('stg_' ~ model_name)
        ).rows[0][0] -%}
    {%- endif -%}
    {%- set counts = {} -%}
    {%- for name, path in (
        find_table_files(table) if shop() != 'olist' else [(file, raw_file(file))]
    ) if not path.lower().endswith('.parquet') -%}
        {%- do counts.update({name: run_query(
            "select raw_file_line_count('" ~ path | replace("'", "''") ~ "', '"
            ~ table.meta.get('delimiter', ',') ~ "')"
        ).rows[0][0]}) -%}
    {%- endfor -%}
    {%- if file not in counts -%}
        {{ return((run_query('select count(*) from ' ~ ref('stg_lines')).rows[0][0], none, none)) }}
    {%- endif -%}
    {{ return((counts[file], counts.values() | sum, read)) }}
{%- endmacro %}
