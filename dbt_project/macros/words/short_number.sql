{# A number as text, with as few digits as it needs, up to nine decimals. #}
{% macro short_number(number) -%}
    {#- Spark writes 0 as 0E-9. -#}
    regexp_replace(
        cast(cast({{ number }} as decimal(28, 9)) as string), '[.]?0+$|E-9$', ''
    )
{%- endmacro %}
