{# The bands of what an item costs, cheapest first. #}
{% macro price_bands(price) -%}
    {%- set bounds = shop_settings().price_bands -%}
    {%- set written = [] -%}
    {%- for bound in bounds -%}
        {%- do written.append(('{:,.2f}' if bound % 1 else '{:,.0f}').format(bound)) -%}
    {%- endfor -%}
    {%- set names = ['under ' ~ written[0]] -%}
    {%- for low, high in zip(written[:-1], written[1:]) -%}
        {%- do names.append(low ~ ' to ' ~ high) -%}
    {%- endfor -%}
    {%- set bands = [] -%}
    {%- for name, bound in zip(names, bounds) -%}
        {%- do bands.append({'name': name, 'condition': price ~ ' < ' ~ bound}) -%}
    {%- endfor -%}
    {%- do bands.append({'name': written[-1] ~ ' and over', 'condition': 'true'}) -%}
    {{ return(bands) }}
{%- endmacro %}
