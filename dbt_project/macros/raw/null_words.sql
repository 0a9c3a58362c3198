{# The words for a missing value as SQL, in small letters. #}
{% macro null_words() -%}
    {%- set words = [] -%}
    {%- for word in var('null_words') -%}
        {#- Spark takes a backslash for the beginning of a special character. -#}
        {%- set word = word | replace('\\', '\\\\') if target.type == 'spark' else word -%}
        {%- do words.append("'" ~ word | lower | replace("'", "''") ~ "'") -%}
    {%- endfor -%}
    {{ words | join(', ') or "''" }}
{%- endmacro %}
