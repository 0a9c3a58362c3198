{# A name as SQL wants it. #}
{% macro quoted(name) -%}
    {{ '`' ~ name ~ '`' if target.type == 'spark' else '"' ~ name | replace('"', '""') ~ '"' }}
{%- endmacro %}
