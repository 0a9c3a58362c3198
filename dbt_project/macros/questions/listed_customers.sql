{# Whom exports for campaigns listed or left out. #}
{% macro listed_customers() -%}
    {%- set listed = adapter.get_relation(
        target.database, 'campaigns', 'listed_customers'
    ) if execute and target.type == 'duckdb' -%}
    {%- if listed -%}
        {{ listed }}
    {%- else -%}
        (
            select
                cast(null as string) as campaign,
                cast(null as date) as listed_at,
                cast(null as string) as customer_unique_id,
                cast(null as integer) as segment_id,
                cast(null as string) as segment_key,
                cast(null as boolean) as is_control
            where false
        )
    {%- endif -%}
{%- endmacro %}
