{# Why DuckDB could not read a line of a raw CSV, in words. #}
{% macro reject_reason() -%}
    {%- set value = "regexp_extract(error_message, 'convert string \"(.*)\" to ''', 1, 's')" -%}
    {%- set escaped -%}
        case
            when raw_line like '%\"%' then ' (it has \": write a quote in a text as "")'
            else ''
        end
    {%- endset -%}
    case error_type
        when 'CAST' then concat(
            case
                when regexp_matches(error_message, 'to ''(TIMESTAMP|DATE)''$')
                    then 'not a date: '
                else 'not a number: '
            end,
            {{ value }},
            case
                when {{ is_null_word(value) }}
                    then ' (leave the cell of a missing value empty)'
                when error_message like '%"____-__-__" to ''TIMESTAMP'''
                    then ' (a day in a column of times: add 00:00:00)'
                when error_message like '%"____-__-__ %" to ''DATE'''
                    then ' (a time in a column that begins with days: give all a time)'
                when regexp_matches(error_message, 'string "-?[0-9.]*,[0-9]+" to ''')
                    then ' (a decimal comma: save it with points)'
                else ''
            end
        )
        when 'MISSING COLUMNS' then concat('too few fields', {{ escaped }})
        when 'TOO MANY COLUMNS' then concat('too many fields', {{ escaped }})
        when 'UNQUOTED VALUE'
            then concat('a quote is not closed, or text follows it', {{ escaped }})
        when 'INVALID ENCODING' then 'not UTF-8'
        when 'LINE SIZE OVER MAXIMUM' then 'longer than 2,000,000 bytes'
        else error_message
    end
{%- endmacro %}
