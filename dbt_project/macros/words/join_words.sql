{# The words of one class, joined, the most prominent first; null if there are none. #}
{% macro join_words(word_class, separator) -%}
    {{ join_text(
        "case when words.word_class = '" ~ word_class ~ "' then words.word end",
        separator, 'words.word_rank'
    ) }}
{%- endmacro %}
