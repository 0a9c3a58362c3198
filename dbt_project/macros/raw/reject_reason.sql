{# Why DuckDB could not read a line of a raw CSV, in words. #}
{% macro reject_reason() -%}
    case error_type
        when 'CAST' then concat(
            case
                when error_message like '%to ''TIMESTAMP''' then 'not a date: '
                else 'not a number: '
            end,
            regexp_extract(error_message, 'convert string "(.*)" to ''', 1, 's'),
            case
                when regexp_matches(error_message, 'string "-?[0-9.]*,[0-9]+" to ''')
                    then ' (a decimal comma: save it with points)'
                else ''
            end
        )
        when 'MISSING COLUMNS' then 'too few fields'
        when 'TOO MANY COLUMNS' then 'too many fields'
        when 'UNQUOTED VALUE' then 'a quote is not closed, or text follows it'
        when 'INVALID ENCODING' then 'not UTF-8'
        when 'LINE SIZE OVER MAXIMUM' then 'longer than 2,000,000 bytes'
        else error_message
    end
{%- endmacro %}
