{# Does an order have one of the statuses that count, or that mean canceled? #}
{% macro has_status(column, kind) -%}
    {{ column }} in (
        {%- for status in shop_settings().statuses[kind] -%}
            '{{ status | replace("'", "''") }}'{{ ', ' if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}
