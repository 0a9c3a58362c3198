{# The customer_unique_id that a question is about. #}
{% macro asked_customer() -%}
    {%- set customers = ref('customer_segments') -%}
    {%- set excluded = ref('excluded_customers') -%}
    {%- set asked = var('customer', '') | string -%}
    {%- set literal = "'" ~ asked | replace("'", "''") ~ "'" -%}
    {%- set is_asked = ' where customer_unique_id = ' ~ literal -%}
    {%- if not asked -%}
        (
            select customer_unique_id from {{ customers }}
            order by total_spend desc, customer_unique_id asc
            limit 1
        )
    {%- else -%}
        {%- if execute and not run_query('select 1 from ' ~ customers ~ is_asked).rows -%}
            {%- set reasons = run_query('select reason from ' ~ excluded ~ is_asked).rows -%}
            {{ exceptions.raise_compiler_error(
                "variable customer is '" ~ asked ~ "': "
                ~ ('this customer has no segment (' ~ reasons[0][0] ~ ')' if reasons
                else 'no customer has this customer_unique_id')
            ) }}
        {%- endif -%}
        {{ literal }}
    {%- endif -%}
{%- endmacro %}
