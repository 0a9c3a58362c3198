{# Spark's version of read_time. #}
{% macro spark__read_time(text, format, zone, given_zone) -%}
    {%- set offset = ' ?(Z|[+-][0-9][0-9](:?[0-9][0-9])?)$' -%}
    {%- if format -%}
        {%- set time = "try_to_timestamp(" ~ text ~ ", '" ~ java_format(format) ~ "')" -%}
    {%- else -%}
        {%- set time -%}
            try_cast(
                case
                    when length({{ text }}) > 19
                        then regexp_replace({{ text }}, '{{ offset }}', '')
                    else {{ text }}
                end as timestamp
            )
        {%- endset -%}
    {%- endif -%}
    {%- set local = "from_utc_timestamp(to_utc_timestamp(" ~ time ~ ", '"
        ~ (given_zone or zone) ~ "'), '" ~ zone ~ "')" -%}
    {%- if not zone -%}
        {{ time }}
    {%- elif format -%}
        {{ local }}
    {%- else -%}
        case
            when {{ text }} rlike ':.*{{ offset }}'
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
