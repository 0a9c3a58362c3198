{# The rows of an input table of the shop, with the types of the model that reads it. #}
{% macro input_rows(table) -%}
    {%- set rows = shop_table(table) -%}
    {%- if execute and rows -%}
        {%- set given = run_query('select * from ' ~ rows ~ ' limit 0').column_names -%}
        {%- set texts = [] -%}
        (
            select
                {%- for column in model.columns.values() if column.name != 'has_null_word' %}
                {%- if column.name not in given %}
                cast(null as {{ column.data_type }}) as {{ column.name }},
                {%- elif column.data_type == 'string' %}
                {%- do texts.append(column.name) %}
                case when not {{ is_null_word(column.name) }} then {{ column.name }} end
                    as {{ column.name }},
                {%- else %}
                try_cast({{ column.name }} as {{ column.data_type }}) as {{ column.name }},
                {%- endif %}
                {%- endfor %}
                {% for name in texts -%}
                    coalesce({{ is_null_word(name) }}, false) {{- ' or ' if not loop.last }}
                {% else -%}
                    false
                {% endfor -%}
                as has_null_word
            from {{ rows }}
        ) as input_rows
    {%- else -%}
        (
            select
                {%- for column in model.columns.values() %}
                cast(null as {{ column.data_type }}) as {{ column.name }}
                {{- ',' if not loop.last }}
                {%- endfor %}
            where false
        ) as input_rows
    {%- endif -%}
{%- endmacro %}
