{# Does a point lie in a box? #}
{% macro is_in_box(latitude, longitude, box) -%}
    {%- set south, north, west, east = box -%}
    (
        {{ latitude }} between {{ south }} and {{ north }}
        and {{ longitude }} between {{ west }} and {{ east }}
    )
{%- endmacro %}
