{# A time of a text. #}
{% macro read_time(text, format, zone, given_zone) -%}
    {{ adapter.dispatch('read_time')(text, format, zone, given_zone) }}
{%- endmacro %}

{% macro duckdb__read_time(text, format, zone, given_zone) -%}
    {%- if format -%}
        {%- set time = "cast(try_strptime(" ~ text ~ ", '" ~ format | replace("'", "''")
            ~ "') as timestamp)" -%}
    {%- else -%}
        {%- set time -%}
            try_cast(
                case
                    when length({{ text }}) > 19
                        then regexp_replace({{ text }}, ' ?(Z|[+-]\d\d(:?\d\d)?)$', '')
                    else {{ text }}
                end as timestamp
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
            when regexp_matches({{ text }}, ':.* ?(Z|[+-]\d\d(:?\d\d)?)$')
                then try_cast(
                    regexp_replace({{ text }}, ' ?([+-]\d\d):?(\d\d)$', '\1:\2')
                    as timestamp with time zone
                ) at time zone '{{ zone }}'
            else {{ local }}
        end
    {%- endif -%}
{%- endmacro %}
