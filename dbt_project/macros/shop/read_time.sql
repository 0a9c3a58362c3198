{# A time of a text. #}
{% macro read_time(text, format, zone, given_zone) -%}
    {{ adapter.dispatch('read_time')(text, format, zone, given_zone) }}
{%- endmacro %}

{% macro duckdb__read_time(text, format, zone, given_zone) -%}
    {%- set offset = ' ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)' -%}
    {#- A cast alone would take 10:00 PM for 10:00. -#}
    {%- set time -%}
        case
            when regexp_full_match({{ text }}, '{{ time_pattern() }}')
                then try_cast({{ text }} as timestamp)
            when regexp_full_match({{ text }}, '{{ time_pattern() }}{{ offset }}')
                then try_cast(regexp_replace({{ text }}, '{{ offset }}$', '') as timestamp)
        end
    {%- endset -%}
    {%- if format -%}
        {%- set formatted = "cast(try_strptime(" ~ text ~ ", '" ~ format | replace("'", "''")
            ~ "') as timestamp)" -%}
        {#- %Y reads 17 as the year 17. What is a time already has no format. -#}
        {%- set time -%}
            coalesce(
                case when {{ formatted }} >= timestamp '1000-01-01' then {{ formatted }} end,
                {{ time }}
            )
        {%- endset -%}
    {%- endif -%}
    {%- set local = time ~ " at time zone '" ~ (given_zone or zone) ~ "' at time zone '"
        ~ zone ~ "'" -%}
    {%- if not zone -%}
        {{ time }}
    {%- elif format -%}
        {{ local }}
    {%- else -%}
        case
            when regexp_full_match({{ text }}, '{{ time_pattern() }}{{ offset }}')
                then try_cast(
                    regexp_replace({{ text }}, ' ?([+-]\d\d):?(\d\d)$', '\1:\2')
                    as timestamp with time zone
                ) at time zone '{{ zone }}'
            else {{ local }}
        end
    {%- endif -%}
{%- endmacro %}
