{# The path of the list of forgotten customers, which olist-segments forget writes. #}
{% macro forgotten_path() -%}
    {{ return(
        invocation_args_dict.project_dir ~ '/data/forgotten/'
        ~ ('demo' if target.name == 'demo' else shop()) ~ '.csv'
    ) }}
{%- endmacro %}
