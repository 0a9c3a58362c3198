{# Stops a build with one sentence if raw files are missing. #}
{% macro check_raw_files() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {{ adapter.dispatch('check_raw_files')() }}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__check_raw_files() -%}
    {%- set missing = [] -%}
    {%- for file in graph.sources.values() -%}
        {%- set path = raw_file(file.meta.file) | replace("'", "''") -%}
        {%- set found = run_query("select count(*) from glob('" ~ path ~ "')") -%}
        {%- if found.rows[0][0] == 0 -%}
            {%- do missing.append(file.meta.file) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if missing -%}
        {{ exceptions.raise_compiler_error(
            raw_file('') ~ ' lacks ' ~ missing | length ~ ' of the nine raw files: '
            ~ missing | sort | join(', ') ~ '. Put them there, set OLIST_RAW_DIR to '
            ~ 'the folder that has them, or run `make build TARGET=demo` for '
            ~ 'synthetic data.'
        ) }}
    {%- endif -%}
{%- endmacro %}
