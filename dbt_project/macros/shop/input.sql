{# An input table of the shop, for the staging model that reads it. #}
{% macro input(table, forgotten_ids=none, node=none, is_inverse=false) -%}
    {%- set rows = shop_table(table) -%}
    {%- set columns = (node or model).columns.values()
        | rejectattr('name', 'equalto', 'has_null_word') | list -%}
    {%- if not rows or not execute -%}
        {%- set given = [] -%}
    {%- elif reads_tables() -%}
        {%- set given = run_query('select * from ' ~ rows ~ ' limit 0').column_names -%}
    {%- else -%}
        {%- set given = columns | map(attribute='name') | list -%}
    {%- endif -%}
    {%- set texts = [] -%}
    {%- for column in columns if column.name in given and is_text(column.data_type) -%}
        {%- do texts.append(column.name) -%}
    {%- endfor -%}
    {%- set typed -%}
        (
            select
                {%- for column in columns %}
                {% if column.name not in given -%}
                    cast(null as {{ column.data_type }})
                {%- elif column.name in texts -%}
                    case
                        when not {{ is_null_word(column.name) }}
                            then trim(both '{{ ' \t\u00a0' }}' from {{ column.name }})
                    end
                {%- else -%}
                    try_cast({{ column.name }} as {{ column.data_type }})
                {%- endif %} as {{ column.name }},
                {%- endfor %}
                {% for name in texts -%}
                    coalesce({{ is_null_word(name) }}, false) or {{ '' }}
                {%- endfor -%}
                false as has_null_word
            {{ 'from ' ~ rows if given else 'where false' }}
        ) as input_rows
    {%- endset -%}
    {%- set rows = without_forgotten(typed, given, forgotten_ids, is_inverse)
        if given else typed -%}
    {{ return({'rows': rows, 'columns': given}) }}
{%- endmacro %}
