{# How many items the quantity of a line means. #}
{% macro item_count(quantity) -%}
    case
        when {{ quantity }} is null then 1
        when {{ quantity }} = round({{ quantity }}, 0) then cast({{ quantity }} as bigint)
        else cast(sign({{ quantity }}) as bigint)
    end
{%- endmacro %}
