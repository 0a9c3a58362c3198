{# Whether a text is a word for a missing value, or blank. #}
{% macro is_null_word(text) -%}
    {%- set words = [] -%}
    {%- for word in var('null_words') -%}
        {%- do words.append(modules.re.escape(word | lower) | replace("'", "''")) -%}
    {%- endfor -%}
    {#- One pattern: trimming every text costs three times as much. -#}
    {%- set blanks = '[ \t\u00a0]*' -%}
    {%- set pattern = '^' ~ blanks ~ '(' ~ words | join('|') ~ ')?' ~ blanks ~ '\\z' -%}
    {%- if target.type == 'spark' -%}
        {#- Spark takes a backslash for the beginning of a special character. -#}
        regexp_like(lower({{ text }}), '{{ pattern | replace('\\', '\\\\') }}')
    {%- else -%}
        regexp_matches(lower({{ text }}), '{{ pattern }}')
    {%- endif -%}
{%- endmacro %}
