{# The order lines of a Shopify export, and a return for what was refunded. #}
{% macro shopify__order_lines() -%}
    with export as (

        select
            "Name" as order_id,
            *,
            "Lineitem quantity" * "Lineitem price" as list_price
        from {{ read_table(source('shopify', 'orders')) }}

    ),

    {# Only the first line of an order has these. -#}
    orders as (

        select
            order_id,
            lower(coalesce(max("Email"), max("Billing Phone"))) as customer_id,
            max("Created at") as purchased_at,
            case
                when max("Cancelled at") is not null then 'canceled'
                else max("Financial Status")
            end as order_status,
            max("Currency") as currency,
            max("Payment Method") as payment_type,
            coalesce(max("Shipping City"), max("Billing City")) as city,
            coalesce(max("Shipping Province"), max("Billing Province")) as state,
            coalesce(max("Shipping Country"), max("Billing Country")) as country,
            {# An apostrophe keeps spreadsheets from making a number of it. -#}
            ltrim(coalesce(max("Shipping Zip"), max("Billing Zip")), '''')
                as zip_code_prefix,
            max("Shipping") as shipping,
            max("Total") - max("Shipping") as goods,
            max("Refunded Amount") as refunded,
            sum(list_price) as list_price
        from export
        group by order_id

    ),

    lines as (

        select
            order_id,
            coalesce("Lineitem sku", "Lineitem name") as product_id,
            "Lineitem quantity" as quantity,
            list_price,
            sum(list_price) over running as so_far,
            row_number() over running as line_number
        from export
        window running as (
            partition by order_id
            order by "Lineitem name", "Lineitem sku", list_price, "Lineitem quantity"
            rows between unbounded preceding and current row
        )

    ),

    {# A return is a line of its own. -#}
    parts as (

        select false as is_refund
        union all
        select true as is_refund

    )

    select
        orders.order_id,
        orders.customer_id,
        orders.purchased_at,
        {# Discounts and taxes are spread over the lines by their prices. The difference of
           rounded sums makes the lines add up to the order. -#}
        case
            when parts.is_refund then -orders.refunded
            when orders.list_price = 0 then 0
            else
                cast(
                    orders.goods * lines.so_far / orders.list_price as decimal(18, 2)
                )
                - cast(
                    orders.goods * (lines.so_far - lines.list_price) / orders.list_price
                    as decimal(18, 2)
                )
        end as amount,
        case when parts.is_refund then 0 else lines.quantity end as quantity,
        case when not parts.is_refund then lines.product_id end as product_id,
        case
            when lines.line_number = 1 and not parts.is_refund then orders.shipping else 0
        end as freight,
        orders.order_status,
        orders.city,
        orders.state,
        orders.country,
        orders.zip_code_prefix,
        orders.payment_type,
        orders.currency
    from lines
    inner join orders
        on lines.order_id = orders.order_id
    cross join parts
    where (not parts.is_refund or (lines.line_number = 1 and orders.refunded > 0))
    {#- A shop with several currencies keeps one: and orders.currency = 'USD' #}
{%- endmacro %}
