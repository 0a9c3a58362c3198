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
    {%- set typed -%}
        (
            select
                {%- for column in columns %}
                {% if column.name not in given -%}
                    cast(null as {{ column.data_type }})
                {%- elif is_text(column.data_type) -%}
                    trim(both '{{ ' \t\u00a0' }}' from {{ column.name }})
                {%- else -%}
                    try_cast({{ column.name }} as {{ column.data_type }})
                {%- endif %} as {{ column.name }}{{ ',' if not loop.last }}
                {%- endfor %}
            {{ 'from ' ~ rows if given else 'where false' }}
        ) as input_rows
    {%- endset -%}
    {%- set worded = without_null_words(columns, typed) -%}
    {%- set rows = without_forgotten(worded, given, forgotten_ids, is_inverse)
        if given else worded -%}
    {{ return({'rows': rows, 'columns': given}) }}
{%- endmacro %}
