{# A zip code prefix with the leading zeros that a spreadsheet takes away. #}
{% macro zip_code_prefix(column) -%}
    case
        when length({{ column }}) < 5 then lpad({{ column }}, 5, '0')
        else {{ column }}
    end
{%- endmacro %}
