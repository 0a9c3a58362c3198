{# One row per row of a relation and named column, the value as double: the relation is
   read once. `key` is a column to keep. #}
{% macro long_columns(relation, names, key) -%}
    select
        source_rows.{{ key }},
        names.feature,
        case names.feature
            {%- for name in names %}
                when '{{ name }}' then cast(source_rows.{{ name }} as double)
            {%- endfor %}
        end as feature_value
    from {{ relation }} as source_rows
    cross join (
        values
        {% for name in names -%}
            ('{{ name }}'){{ ',' if not loop.last }}
        {% endfor %}
    ) as names (feature)
{%- endmacro %}
