{# A number as text, with a comma before each group of three digits. #}
{% macro with_thousands(text) -%}
    {%- set group = '$' if target.type == 'spark' else '\\' -%}
    {%- set grouped = namespace(text=text) -%}
    {%- for _ in range(3) -%}
        {%- set grouped.text -%}
            regexp_replace(
                {{ grouped.text }}, '^(-?[0-9]+)([0-9]{3})([.,]|$)',
                '{{ group }}1,{{ group }}2{{ group }}3'
            )
        {%- endset -%}
    {%- endfor -%}
    {{ grouped.text }}
{%- endmacro %}
