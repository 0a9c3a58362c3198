{# Keeps the rows of a shop's tables that cannot be read, beside the staging model. #}
{% macro keep_unread_rows() -%}
    {%- if target.type == 'spark' -%}
        {%- do adapter.drop_relation(rejects_of(this).incorporate(type='table')) -%}
        create table {{ rejects_of(this) }} using parquet as
    {%- else -%}
        create or replace table {{ rejects_of(this) }} as
    {%- endif %}
    {% for name in model.sources -%}
        {{ withhold_lines(unread_rows(raw_source(source(*name)))) }}
        union all
    {% endfor -%}
    {{ no_rejects() }}
{%- endmacro %}
