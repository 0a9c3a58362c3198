{# Does this command read the shop's tables, rather than only compile? #}
{% macro reads_tables() -%}
    {{ return(execute and flags.WHICH not in ('compile', 'generate', 'parse', 'list')) }}
{%- endmacro %}
