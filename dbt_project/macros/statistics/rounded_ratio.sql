{# A quotient rounded to decimals, halves away from 0. #}
{% macro rounded_ratio(numerator, denominator, precision, decimals) -%}
    cast(
        round(
            cast({{ 10 ** decimals }} * {{ numerator }} as double) / {{ denominator }}
        ) / {{ 10 ** decimals }} as decimal({{ precision }}, {{ decimals }})
    )
{%- endmacro %}
