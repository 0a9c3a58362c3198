{# A text of the configuration as SQL; null if it is not there. #}
{% macro text_or_null(text) -%}
    {%- if text -%}
        '{{ text | replace("'", "''") }}'
    {%- else -%}
        cast(null as string)
    {%- endif -%}
{%- endmacro %}
