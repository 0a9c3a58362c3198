{# The value that unread_column names. #}
{% macro value_of_unread(types, table) -%}
    case {{ unread_column(types, table) }}
        {%- for name, type in types.items() if not is_text(type) %}
        when '{{ name | replace("'", "''") }}' then cast({{ quoted(name) }} as string)
        {%- endfor %}
        when '' then ''
    end
{%- endmacro %}
