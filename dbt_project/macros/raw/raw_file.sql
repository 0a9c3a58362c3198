{# The path of a raw file: OLIST_RAW_DIR, or the target's folder under data/. #}
{% macro raw_file(file_name) -%}
    {%- set folder = 'data/demo' if target.name == 'demo' else 'data/raw' -%}
    {{ env_var('OLIST_RAW_DIR', '') or folder }}/{{ file_name }}
{%- endmacro %}
