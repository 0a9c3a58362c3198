{# Does a line that is all text repeat the header of its file? #}
{% macro repeats_header(file, names) -%}
    {#- Where a column is a date or a number, the line cannot be read anyhow. Before the
        first name there may be a byte order mark. -#}
    {%- set types = file.columns.values() | map(attribute='data_type') | unique | list -%}
    {%- if types == ['string'] -%}
        coalesce(
            {%- for name in file.columns if name != names[0] %}
            {{ name }} = '{{ name }}'{{ ' and' if not loop.last }}
            {%- endfor %},
            false
        )
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
