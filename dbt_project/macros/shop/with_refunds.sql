{# Order lines, and a return without a product for what was refunded of an order. #}
{% macro with_refunds(lines, given) -%}
    {%- set of_return = {
        'amount': '-try_cast(order_refunded as decimal(18, 6))',
        'quantity': 'cast(0 as decimal(18, 4))', 'freight': '0',
        'product_id': 'null', 'category': 'null', 'seller_id': 'null', 'unit_price': 'null'
    } -%}
    {%- set amount = line_amount(given) -%}
    (
        with order_lines as (

            select
                *,
                row_number() over (partition by order_id order by {{ amount }}) as line_in_order
            from {{ lines }}

        )

        select
            {%- for name in given if name != 'amount' %}
            {{ name }},
            {%- endfor %}
            {{ amount }} as amount
        from order_lines
        union all
        select
            {%- for name in given if name != 'amount' %}
            {{ of_return.get(name, name) }} as {{ name }},
            {%- endfor %}
            {{ of_return.amount }} as amount
        from order_lines
        where
            line_in_order = 1
            and order_id is not null
            and try_cast(order_refunded as decimal(18, 6)) > 0
    ) as with_refunds
{%- endmacro %}
