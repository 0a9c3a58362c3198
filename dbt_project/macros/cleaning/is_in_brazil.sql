{# Does a point lie in the box around Brazil? #}
{% macro is_in_brazil(latitude, longitude, part='all') -%}
    (
        {{ latitude }} between -33.76 and 5.28
        and {{ longitude }} between -73.99 and {{ -34.79 if part == 'mainland' else -32.38 }}
    )
{%- endmacro %}
