{# A quotient rounded to decimals, halves away from 0. What is rounded is a whole number
   of halves where there is a tie, which floats hold exactly: a plain cast would leave it
   to the last bit, and engines differ there. The numerator is a whole number or a
   decimal. #}
{% macro rounded_ratio(numerator, denominator, precision, decimals) -%}
    cast(
        round(
            cast({{ 10 ** decimals }} * {{ numerator }} as double) / {{ denominator }}
        ) / {{ 10 ** decimals }} as decimal({{ precision }}, {{ decimals }})
    )
{%- endmacro %}
