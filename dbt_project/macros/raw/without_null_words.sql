{# Rows with null where a text is a word for a missing value. #}
{% macro without_null_words(columns, rows) -%}
    {%- set texts = [] -%}
    {%- for column in columns
        if is_text(column.data_type) and not column.config.meta.is_free_text -%}
        {%- do texts.append(column.name) -%}
    {%- endfor -%}
    (
        select
            {%- for name in columns | map(attribute='name') %}
            {{ 'text_of_' ~ name ~ ' as ' if name in texts }}{{ name }},
            {%- endfor %}
            {% for name in texts -%}
                ({{ name }} is not null and text_of_{{ name }} is null)
                {{- ' or ' if not loop.last }}
            {% endfor -%}
            as has_null_word
        from (
            select
                *,
                {%- for name in texts %}
                case when not {{ is_null_word(name) }} then {{ name }} end
                    as text_of_{{ name }}{{ ',' if not loop.last }}
                {%- endfor %}
            from {{ rows }}
        ) as texts
    ) as worded_rows
{%- endmacro %}
