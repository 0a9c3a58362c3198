-- One row per line of the items file that can be read: an item of an order, unless
-- lines repeat.

{{ config(enabled=shop() != 'olist') }}

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02

with lines as (

    select * from {{ ref('stg_lines') }}
    where amount is not null

),

numbered as (

    select
        order_id,
        cast(
            row_number() over (
                partition by order_id
                order by
                    {% for column in [
                        'product_id', 'amount', 'quantity', 'unit_price', 'freight',
                        'seller_id', 'category', 'purchased_at'
                    ] -%}
                        {{ column }} nulls last{{ ',' if not loop.last }}
                    {% endfor %}
            ) as integer
        ) as line_number,
        product_id,
        seller_id,

        cast(quantity as decimal(18, 4)) as quantity,
        amount as price,
        freight,

        cast(null as timestamp) as shipping_limit_at,

        has_null_word

    from lines

)

select * from numbered
