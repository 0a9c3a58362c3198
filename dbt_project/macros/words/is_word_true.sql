{# Whether a word is true of a value: it lies on the word's side of the median. #}
{% macro is_word_true(value, words) -%}
    {#- Who is at the median counts on the side on which the median lies of the mean. -#}
    {%- set median, mean = words ~ '.median_of_all', words ~ '.mean_of_all' -%}
    case
        when {{ value }} = {{ median }} then
            case
                when {{ words }}.is_high then {{ median }} > {{ mean }}
                else {{ median }} < {{ mean }}
            end
        when {{ words }}.is_high then {{ value }} > {{ median }}
        else {{ value }} < {{ median }}
    end
    and {{ value }} >= coalesce({{ words }}.at_least, {{ value }})
    and {{ value }} <= coalesce({{ words }}.at_most, {{ value }})
{%- endmacro %}
