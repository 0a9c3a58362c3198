{# The first column of a row whose value cannot be read in its type, if there is one. #}
{% macro unread_column(types, table) -%}
    case
        {%- for name, type in types.items() if not is_text(type) %}
        when {{ read_value(quoted(name), type, table) }} is null
            and {{ quoted(name) }} is not null
            then
                case
                    when not {{ is_null_word('cast(' ~ quoted(name) ~ ' as string)') }}
                        then '{{ name | replace("'", "''") }}'
                end
        {%- endfor %}
        when false then ''
    end
{%- endmacro %}
