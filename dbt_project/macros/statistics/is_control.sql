{# Is a customer left out of a campaign, so that the others can be compared with them? #}
{% macro is_control(customer, campaign, share) -%}
    {%- if campaign | string -%}
        substr(
            md5(concat({{ text_or_null(campaign | string) }}, '|', {{ customer }})), 1, 8
        ) < {{ highest_hash('cast(' ~ share ~ ' as double)') }}
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
