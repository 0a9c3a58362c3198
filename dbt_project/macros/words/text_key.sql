{# A text as a key for other systems: lower case without accents, words joined by _. #}
{% macro text_key(text) -%}
    trim(
        both '_' from regexp_replace(
            {{ adapter.dispatch('without_accents')('lower(' ~ text ~ ')') }},
            '[^a-z0-9]+', '_'{{ adapter.dispatch('everywhere')() }}
        )
    )
{%- endmacro %}

{% macro duckdb__without_accents(text) -%}
    strip_accents({{ text }})
{%- endmacro %}

{% macro default__without_accents(text) -%}
    translate(
        {{ text }},
        'áàâãäåçéèêëíìîïñóòôõöúùûüý', 'aaaaaaceeeeiiiinooooouuuuy'
    )
{%- endmacro %}

{# DuckDB replaces the first match only unless told otherwise. #}
{% macro duckdb__everywhere() -%}
    , 'g'
{%- endmacro %}

{% macro default__everywhere() -%}
{%- endmacro %}
