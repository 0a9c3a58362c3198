{# Why a value of a raw CSV does not fit its column, in the words of reject_reason. #}
{% macro cast_fault(column) -%}
    {%- set kind = 'date' if column.data_type == 'timestamp' else 'number' -%}
    concat(
        'not a {{ kind }}: ', {{ column.name }},
        case
            when {{ column.name }} rlike '^-?[0-9.]*,[0-9]+$'
                then ' (a decimal comma: save it with points)'
            else ''
        end
    )
{%- endmacro %}
