{# Is it the type of texts? dbt writes it in the way of the engine. #}
{% macro is_text(type) -%}
    {{ return(type | lower in ('string', 'text')) }}
{%- endmacro %}
