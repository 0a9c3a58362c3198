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
        {%- set blanks = ' \u00a0\u202f' -%}
        {%- set text = "trim(both '" ~ blanks ~ "' from cast(" ~ value ~ " as string))" -%}
        {#- Points stand between thousands only: 12.50 has another decimal sign. -#}
        case
            when regexp_replace(
                {{ text }},
                '^[-+]?[{{ blanks }}]?([0-9]{1,3}([.{{ blanks }}][0-9]{3})+|[0-9]*)(,[0-9]*)?$',
                ''
            ) = ''
                then try_cast(
                    replace(translate({{ text }}, '.{{ blanks }}', ''), ',', '.') as {{ type }}
                )
        end
    {%- else -%}
        try_cast({{ value }} as {{ type }})
    {%- endif -%}
{%- endmacro %}
