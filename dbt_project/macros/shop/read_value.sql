{# A value of a shop's table in a type; null where it cannot be read. #}
{% macro read_value(value, type, table) -%}
    {%- if is_text(type) -%}
        cast({{ value }} as string)
    {%- elif type == 'timestamp' -%}
        {{ read_time(
            'cast(' ~ value ~ ' as string)', table.meta.date_format,
            table.source_meta.time_zone, table.source_meta.times_in
        ) }}
    {%- elif table.meta.decimal == ',' -%}
        try_cast(
            replace(replace(cast({{ value }} as string), '.', ''), ',', '.') as {{ type }}
        )
    {%- else -%}
        try_cast({{ value }} as {{ type }})
    {%- endif -%}
{%- endmacro %}
