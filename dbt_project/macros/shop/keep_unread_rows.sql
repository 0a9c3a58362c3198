{# Keeps the rows of a shop's tables that cannot be read, beside the staging model. #}
{% macro keep_unread_rows() -%}
    create or replace table {{ rejects_of(this) }} as
    {% for name in model.sources -%}
        {{ unread_rows(raw_source(source(*name))) }}
        union all
    {% endfor -%}
    {{ no_rejects() }}
{%- endmacro %}
