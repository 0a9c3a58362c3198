{# The customer_unique_id that a question is about. #}
{% macro asked_customer() -%}
    {%- set customers = ref('customer_segments') -%}
    {%- set asked = var('customer', '') | string -%}
    {%- set literal = "'" ~ asked | replace("'", "''") ~ "'" -%}
    {%- if not asked -%}
        (
            select customer_unique_id from {{ customers }}
            order by total_spend desc, customer_unique_id asc
            limit 1
        )
    {%- else -%}
        {%- if execute and not run_query(
            'select 1 from ' ~ customers ~ ' where customer_unique_id = ' ~ literal
        ).rows -%}
            {{ exceptions.raise_compiler_error(
                "variable customer is '" ~ asked ~ "': no customer with a segment has "
                ~ 'this customer_unique_id'
            ) }}
        {%- endif -%}
        {{ literal }}
    {%- endif -%}
{%- endmacro %}
