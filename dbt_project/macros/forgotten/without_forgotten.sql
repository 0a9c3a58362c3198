{# Rows of raw data without those of forgotten customers, or only those. #}
{% macro without_forgotten(rows, columns, ids, is_inverse=false) -%}
    {%- set kinds = {
        'customer_unique_id': 'person', 'customer_id': 'customer', 'order_id': 'order'
    } -%}
    {%- if ids and forgotten_list() -%}
        (
            select * from {{ rows }}
            where {{ '' if is_inverse else 'not ' }}(
                {%- for name, kind in kinds.items() if name in columns %}
                {{ salted_hash(name) }} in (
                    select id_hash from {{ ids }}
                    where kind = '{{ kind }}'
                ) or
                {%- endfor %}
                false
            )
            {%- if is_inverse %}
            {#- DuckDB rejects a line only for a column that is read: read all, as staging. #}
            and concat({{ columns | join(', ') }}) is not null
            {%- endif %}
        ) as kept_rows
    {%- else -%}
        {{ rows }}
    {%- endif -%}
{%- endmacro %}
