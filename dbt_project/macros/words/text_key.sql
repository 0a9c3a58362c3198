{# A text as a key for other systems: lower case without accents, words joined by _. #}
{% macro text_key(text) -%}
    {{ adapter.dispatch('text_key')(text) }}
{%- endmacro %}

{% macro duckdb__text_key(text) -%}
    trim(
        both '_' from regexp_replace(
            strip_accents(lower({{ text }})), '[^a-z0-9]+', '_', 'g'
        )
    )
{%- endmacro %}

{% macro spark__text_key(text) -%}
    trim(
        both '_' from regexp_replace(
            translate(
                lower({{ text }}),
                'áàâãäåçéèêëíìîïñóòôõöúùûüý', 'aaaaaaceeeeiiiinooooouuuuy'
            ), '[^a-z0-9]+', '_'
        )
    )
{%- endmacro %}
