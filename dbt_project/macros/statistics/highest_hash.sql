{# The first eight signs of the highest md5 among a share of rows, for a sample that does
   not depend on their order and needs no sorting. #}
{% macro highest_hash(share) -%}
    lpad(
        lower(hex(cast(floor(least(1, {{ share }}) * 4294967295) as bigint))), 8, '0'
    )
{%- endmacro %}
