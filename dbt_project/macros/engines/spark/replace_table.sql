{# Writes a query's answer beside a table, then puts it in the table's place. #}
{% macro replace_table(kept, target, query) -%}
    {%- set fresh = make_intermediate_relation(target, '__fresh') -%}
    {%- do adapter.drop_relation(fresh) -%}
    {%- call statement('main') -%}
        {{ create_table_as(False, fresh, query) }}
    {%- endcall -%}
    {%- do drop_relation_if_exists(kept) -%}
    {%- do adapter.rename_relation(fresh, target) -%}
{%- endmacro %}
