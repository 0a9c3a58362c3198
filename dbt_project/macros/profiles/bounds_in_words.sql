{# The bounds at_least and below of a feature in words. #}
{% macro bounds_in_words(feature) -%}
    {%- set is_share = feature.phrase.startswith('%') -%}
    {%- set factor = '100 * ' if is_share else '' -%}
    {%- set phrase = text_or_null(
        ('% ' if is_share else ' ') ~ feature.phrase.removeprefix('%').strip()
    ) -%}
    {%- set lowest = with_thousands(short_number(factor ~ 'at_least')) -%}
    {%- set limit = with_thousands(short_number(factor ~ 'below')) -%}
    {%- if feature.phrase_negative -%}
        {%- set negative = text_or_null(' ' ~ feature.phrase_negative) -%}
        concat_ws(
            ', ',
            case
                when at_least < 0
                    then concat('at most ', {{ with_thousands(short_number('-at_least')) }}, {{ negative }})
                when at_least >= 0 then concat('at least ', {{ lowest }}, {{ phrase }})
            end,
            case
                when below <= 0
                    then concat('more than ', {{ with_thousands(short_number('-below')) }}, {{ negative }})
                when below > 0 then concat('under ', {{ limit }}, {{ phrase }})
            end
        )
    {%- else -%}
        case
            when below is null then concat('at least ', {{ lowest }}, {{ phrase }})
            when at_least is null then concat('under ', {{ limit }}, {{ phrase }})
            else concat('from ', {{ lowest }}, ' to under ', {{ limit }}, {{ phrase }})
        end
    {%- endif -%}
{%- endmacro %}
