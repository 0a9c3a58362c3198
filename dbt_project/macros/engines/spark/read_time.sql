{# Spark's version of read_time. #}
{% macro spark__read_time(text, format, zone, given_zone) -%}
    {%- set offset = ' ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)' -%}
    {%- set time -%}
        case
            when {{ text }} rlike '^{{ time_pattern() }}$'
                then try_cast({{ text }} as timestamp)
            when {{ text }} rlike '^{{ time_pattern() }}{{ offset }}$'
                then try_cast(regexp_replace({{ text }}, '{{ offset }}$', '') as timestamp)
        end
    {%- endset -%}
    {%- if format -%}
        {%- set time = "coalesce(try_to_timestamp(" ~ text ~ ", '" ~ java_format(format)
            ~ "'), " ~ time ~ ")" -%}
    {%- endif -%}
    {%- set local = "from_utc_timestamp(to_utc_timestamp(" ~ time ~ ", '"
        ~ (given_zone or zone) ~ "'), '" ~ zone ~ "')" -%}
    {%- if not zone -%}
        {{ time }}
    {%- elif format -%}
        {{ local }}
    {%- else -%}
        case
            when {{ text }} rlike '^{{ time_pattern() }}{{ offset }}$'
                then from_utc_timestamp(
                    try_cast(
                        regexp_replace(
                            {{ text }}, ' ?([+-][0-9][0-9]):?([0-9][0-9])$', '$1:$2'
                        ) as timestamp
                    ), '{{ zone }}'
                )
            else {{ local }}
        end
    {%- endif -%}
{%- endmacro %}
