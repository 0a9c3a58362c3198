{# The path of a raw file. #}
{% macro raw_file(file_name) -%}
    {%- set folder = 'data/demo' if target.name == 'demo' else 'data/raw' -%}
    {{ env_var('OLIST_RAW_DIR', '') or invocation_args_dict.project_dir ~ '/' ~ folder }}
    {{- '/' ~ file_name }}
{%- endmacro %}
