{# Whether a text is a word for a missing value, or blank. #}
{% macro is_null_word(text) -%}
    {%- set words = ["''"] -%}
    {%- for word in var('null_words') -%}
        {#- Spark takes a backslash for the beginning of a special character. -#}
        {%- set word = word | replace('\\', '\\\\') if target.type == 'spark' else word -%}
        {%- do words.append("'" ~ word | lower | replace("'", "''") ~ "'") -%}
    {%- endfor -%}
    trim(both '{{ ' \t\u00a0' }}' from lower({{ text }})) in ({{ words | join(', ') }})
{%- endmacro %}
