{# A number that a question takes as a variable. #}
{% macro asked_number(name, default) -%}
    {%- set asked = var(name, default) | string -%}
    {%- if not modules.re.fullmatch('[0-9]+([.][0-9]+)?', asked) -%}
        {{ exceptions.raise_compiler_error(
            'variable ' ~ name ~ " is '" ~ asked ~ "': it must be a number, as "
            ~ default
        ) }}
    {%- endif -%}
    {{ asked }}
{%- endmacro %}
