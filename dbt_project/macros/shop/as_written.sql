{# SQL of a shop's YAML, in which names with spaces are in double quotes, for the engine. #}
{% macro as_written(sql) -%}
    {{ sql | string | replace('"', '`') if target.type == 'spark' else sql }}
{%- endmacro %}
