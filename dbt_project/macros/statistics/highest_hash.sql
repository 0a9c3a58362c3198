{# The first eight characters of the highest md5 hash within a share of rows. #}
{% macro highest_hash(share) -%}
    lpad(
        lower(hex(cast(floor(least(1, {{ share }}) * 4294967295) as bigint))), 8, '0'
    )
{%- endmacro %}
