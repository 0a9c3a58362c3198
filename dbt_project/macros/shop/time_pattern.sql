{# What a time without a format of its own looks like: 2018-01-31 10:00:00 or less of it. #}
{% macro time_pattern() -%}
    {{ return(
        '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?'
    ) }}
{%- endmacro %}
