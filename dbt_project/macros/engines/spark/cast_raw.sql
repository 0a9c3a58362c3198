{# A column of a raw CSV, read as text, in the type that its source's YAML gives. #}
{% macro cast_raw(column, days) -%}
    {%- set text = "nullif(" ~ column.name ~ ", '')" -%}
    {%- if column.data_type == 'string' -%}
        {{ text }}
    {%- elif column.data_type == 'timestamp' -%}
        try_to_timestamp({{ text }}, 'yyyy-M-d{{ ' H:m:s' if column.name not in days }}')
    {%- elif column.data_type == 'integer' -%}
        try_cast(round(try_cast({{ text }} as decimal(38, 10))) as integer)
    {%- else -%}
        try_cast({{ text }} as {{ column.data_type }})
    {%- endif -%}
{%- endmacro %}
