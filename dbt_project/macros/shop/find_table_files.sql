{# The names and the readable paths of the files of a table. #}
{% macro find_table_files(table) -%}
    {%- if not table.meta.file -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set found = "raw_table_files('" ~ raw_file('') | replace("'", "''") ~ "', '"
        ~ table.meta.file | replace("'", "''") ~ "', '"
        ~ table.meta.get('encoding', 'utf-8') ~ "')" -%}
    {{ return(run_query(
        ('select inline(' ~ found ~ ')') if target.type == 'spark'
        else ('select unnest(' ~ found ~ ', recursive := true)')
    ).rows) }}
{%- endmacro %}
