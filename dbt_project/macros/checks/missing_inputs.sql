{# Which input columns the order lines lack, as sentences. #}
{% macro missing_inputs(given) -%}
    {%- set problems = [] -%}
    {%- set of_orders = context.get(shop() ~ '__orders') -%}
    {%- for name in ['customer_id', 'purchased_at'] if name not in given and not of_orders -%}
        {%- do problems.append('they have no column ' ~ name ~ ': ' ~ place_of_mapping()) -%}
    {%- endfor -%}
    {%- if 'amount' not in given and 'unit_price' not in given -%}
        {%- do problems.append(
            'they have neither amount nor unit_price: ' ~ place_of_mapping()
        ) -%}
    {%- endif -%}
    {%- set known = graph.nodes['model.olist_segments.stg_lines'].columns.keys() | list -%}
    {%- set table = graph.sources.values() | selectattr('source_name', 'equalto', shop())
        | selectattr('name', 'equalto', 'order_lines') | first | default({}) -%}
    {%- set mapped_names = (table.get('meta', {}).get('columns') or {}).keys() | list -%}
    {%- for name in (given | list + mapped_names) | unique
        if name not in known and name not in ['raw_file', 'raw_record'] -%}
        {%- do problems.append(
            name ~ ' is no input column; they are ' ~ known
            | reject('in', ['is_return', 'has_order_id', 'has_null_word']) | join(', ')
        ) -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}
