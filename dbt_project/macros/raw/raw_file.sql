{# The path of a raw file: in OLIST_RAW_DIR, or in the target's folder of the project. #}
{% macro raw_file(file_name) -%}
    {%- set folder = 'data/demo' if target.name == 'demo' else 'data/raw' -%}
    {{ env_var('OLIST_RAW_DIR', '') or invocation_args_dict.project_dir ~ '/' ~ folder }}
    {{- '/' ~ file_name }}
{%- endmacro %}
