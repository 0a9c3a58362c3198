{# Stops a build that would let forgotten customers in again, as their list is missing. #}
{% macro check_forgotten_list() -%}
    {%- set ids = model_relation('forgotten_ids') if execute -%}
    {%- if ids and flags.WHICH in ('build', 'run') and target.type == 'duckdb'
        and not forgotten_list() -%}
        {%- set count = run_query(
            'select count(*) from ' ~ ids ~ " where kind = 'person'"
        ).rows[0][0] -%}
        {%- if count -%}
            {{ exceptions.raise_compiler_error(
                forgotten_path() ~ ' is missing, the list of ' ~ '{:,}'.format(count)
                ~ ' customers whom this database has forgotten: without it they would '
                ~ 'come back. Put it back from a backup. If all of them may come back, '
                ~ 'write an empty file in its place.'
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
