{# One row per feature clustered on and word that the configuration has for it. #}
{% macro configured_words() -%}
    {%- set rows = [] -%}
    {%- for feature in chosen_features() -%}
        {%- for side in ('high', 'low') -%}
            {%- set words = feature[side] -%}
            {%- set words = [words] if words is string or words is mapping else words -%}
            {%- for word in words -%}
                {%- set entry = word if word is mapping else {'word': word} -%}
                {%- set row -%}
    select
        '{{ feature.name }}' as feature,
        '{{ feature.word }}' as word_class,
        {{ text_or_null(entry.word) }} as word,
        {{ loop.index }} as position,
        cast({{ entry.get('at_least', 'null') }} as double) as at_least,
        cast({{ entry.get('at_most', 'null') }} as double) as at_most,
        cast(
            {{ [entry.get('share', 0), var('min_word_share')] | map('float') | max }}
            as double
        ) as required_share,
        {{ 'true' if side == 'high' else 'false' }} as is_high
                {%- endset -%}
                {%- do rows.append(row) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ rows | join('\n    union all\n    ') }}
{%- endmacro %}
