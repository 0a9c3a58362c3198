{# The list of forgotten customers as a pattern of files in SQL; none if there is no list. #}
{% macro forgotten_list() -%}
    {%- if not reads_tables() or target.type != 'duckdb' -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set pattern = modules.re.sub('([*?\\[])', '[\\1]', forgotten_path()) -%}
    {%- set quoted = "'" ~ pattern | replace("'", "''") ~ "'" -%}
    {%- set found = run_query('select count(*) from glob(' ~ quoted ~ ')').rows[0][0] -%}
    {{ return(quoted if found else none) }}
{%- endmacro %}
