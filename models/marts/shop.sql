-- One row: the shop, its currency, and which parts of its orders are known. What a shop
-- does not have is left out of names, tables and pages.

{%- set currency = shop_settings().currency %}
{%- set texts = {
    'currency_code': currency.code,
    'currency_symbol': currency.symbol,
    'currency_name': currency.name,
    'amount_prefix': currency.prefix,
    'amount_suffix': currency.suffix
} %}

with orders as (

    select
        count(*) filter (where customer_state <> 'unknown') > 0 as has_states,
        count(*) filter (where customer_city <> 'unknown') > 0 as has_cities,
        count(*) filter (where main_payment_type <> 'unknown') > 0 as has_payments,
        coalesce(max(installments), 1) > 1 as has_installments,
        count(*) filter (where freight_total > 0) > 0 as has_freight,
        count(review_score) > 0 as has_reviews,
        count(*) filter (where delivered_at is not null) > 0 as has_deliveries,
        count(delivery_delay_days) > 0 as has_promises

    from {{ ref('orders') }}

),

lines as (

    select
        count(product_id) > 0 as has_products,
        count(*) filter (where category <> 'unknown') > 0 as has_categories,
        count(seller_id) > 0 as has_sellers,
        count(*) filter (where seller_state <> 'unknown') > 0 as has_seller_states,
        count(distance_km) > 0 as has_distances

    from {{ ref('order_lines') }}

),

{% if shop() != 'olist' -%}
    places as (

        select
            case
                when
                    count(country) > 0
                    and count(*) filter (where state <> country) = 0
                    then 'country'
                else 'state'
            end as region_kind,
            coalesce(max(case when has_order_id then 1 else 0 end), 1) = 1
                as has_order_ids

        from {{ ref('stg_lines') }}

    ),
{%- else -%}
    places as (

        select
            'state' as region_kind,
            true as has_order_ids

    ),
{%- endif %}

joined as (

    select
        cast('{{ shop() }}' as string) as shop,
        {%- for column, text in texts.items() %}
            {%- set quoted = text | replace("'", "''") %}
            cast('{{ quoted }}' as string) as {{ column }},
        {%- endfor %}

        places.region_kind,

        places.has_order_ids,
        orders.has_states,
        orders.has_cities,
        orders.has_payments,
        orders.has_installments,
        orders.has_freight,
        orders.has_reviews,
        orders.has_deliveries,
        orders.has_promises,
        lines.has_products,
        lines.has_categories,
        lines.has_sellers,
        lines.has_seller_states,
        lines.has_distances

    from orders
    cross join lines
    cross join places

)

select * from joined
