{# What to do about a missing input column. #}
{% macro place_of_mapping() -%}
    {{ return(
        'give it in the macro ' ~ shop() ~ '__order_lines'
        if context.get(shop() ~ '__order_lines')
        else 'map it under columns in the YAML of the shop'
    ) }}
{%- endmacro %}
