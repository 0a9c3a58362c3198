-- The files that Olist published have these totals. For other data, and for synthetic
-- data, they mean nothing: run with --vars 'published_olist: true'.

{{ config(enabled=var('published_olist') is true) }}

{#- what, query, lowest, highest #}
{%- set quality = 'select rows_affected from ' ~ ref('data_quality')
    ~ ' where check_name = ' %}
{%- set totals = [
    ('orders', 'select count(*) from ' ~ ref('orders'), 99441, 99441),
    ('items', 'select count(*) from ' ~ ref('stg_order_items'), 112650, 112650),
    ('payments', 'select count(*) from ' ~ ref('stg_order_payments'), 103886, 103886),
    ('reviews', 'select count(*) from ' ~ ref('stg_order_reviews'), 99175, 99224),
    ('products', 'select count(*) from ' ~ ref('stg_products'), 32951, 32951),
    ('sellers', 'select count(*) from ' ~ ref('stg_sellers'), 3095, 3095),
    ('geolocation', 'select count(*) from ' ~ ref('stg_geolocation'),
        1000163, 1000163),
    ('categories', 'select count(*) from ' ~ ref('stg_category_translations'), 71, 71),
    ('customers', 'select count(*) from ' ~ ref('customers'), 96096, 96096),
    ('delivered orders', 'select count(*) from ' ~ ref('orders') ~ ' where is_delivered',
        96478, 96478),
    ('late orders', 'select count(*) from ' ~ ref('orders')
        ~ ' where is_delivered and is_late', 7826, 7826),
    ('delivered customers', 'select count(*) from ' ~ ref('customers')
        ~ ' where is_eligible', 93358, 93358),
    ('repeat buyers', 'select count(*) from ' ~ ref('customers')
        ~ ' where order_count > 1', 2801, 2801),
    ('payment value', 'select sum(payment_total) from ' ~ ref('orders'),
        16008872.12, 16008872.12),
    ('price', 'select sum(price_total) from ' ~ ref('orders'),
        13591643.70, 13591643.70),
    ('freight', 'select sum(freight_total) from ' ~ ref('orders'),
        2251909.54, 2251909.54),
    ('delivered price and freight', 'select sum(total_spend) from ' ~ ref('customers'),
        15419773.75, 15419773.75),
    ('rejected rows', 'select count(*) from ' ~ ref('rejected_rows'), 0, 0),
    ('hand-over before approval', quality ~ "'orders_handed_over_before_approval'",
        1359, 1359),
    ('delivery before hand-over', quality ~ "'orders_delivered_before_hand_over'",
        23, 23),
    ('delivery without date', quality ~ "'orders_delivered_without_date'", 8, 8),
    ('orders without items', quality ~ "'orders_without_items'", 775, 775),
    ('orders without payment', quality ~ "'orders_without_payment'", 1, 1),
    ('orders without review', quality ~ "'orders_without_review'", 768, 817),
    ('several reviews', quality ~ "'orders_with_several_reviews'", 547, 547),
    ('shared review ids', quality ~ "'review_ids_of_several_orders'", 788, 789),
    ('payments not defined', quality ~ "'payments_not_defined'", 3, 3),
    ('0 installments', quality ~ "'payments_without_installments'", 2, 2),
    ('products without category', quality ~ "'products_without_category'", 610, 610),
    ('products without weight', quality ~ "'products_without_weight'", 2, 2),
    ('untranslated categories', quality ~ "'categories_without_translation'", 2, 2),
    ('duplicate points', quality ~ "'points_repeated'", 261831, 261831),
    ('points off the mainland', quality ~ "'points_outside_the_mainland'", 42, 42),
    ('customer prefixes', quality ~ "'customer_prefixes_without_place'", 157, 157),
    ('seller prefixes', quality ~ "'seller_prefixes_without_place'", 7, 7)
] %}

with totals as (

    {% for what, query, lowest, highest in totals %}
        select
            '{{ what }}' as what,
            ({{ query }}) as found,
            {{ lowest }} as lowest,
            {{ highest }} as highest
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from totals
where found is null or found not between lowest and highest
