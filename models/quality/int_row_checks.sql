-- One row per check that looks at single rows: how many it looked at, how many it
-- found. What each means stands in data_quality.

{%- set statuses = "'delivered', 'shipped', 'canceled', 'unavailable', 'invoiced', "
    ~ "'processing', 'created', 'approved'" %}
{%- set payment_types = "'credit_card', 'boleto', 'voucher', 'debit_card', "
    ~ "'not_defined'" %}
{%- set checks = [
    ('orders_without_id', 'orders', 'order_id is null'),
    ('orders_without_purchase_date', 'orders',
        'purchased_at is null or not ' ~ is_plausible_date('purchased_at')),
    ('orders_after_as_of_date', 'orders',
        is_plausible_date('purchased_at')
        ~ ' and cast(purchased_at as date) > as_of_date'),
    ('orders_with_impossible_dates', 'orders',
        'not (' ~ is_plausible_date('coalesce(approved_at, purchased_at)')
        ~ ' and ' ~ is_plausible_date('coalesce(handed_to_carrier_at, purchased_at)')
        ~ ' and ' ~ is_plausible_date('coalesce(delivered_at, purchased_at)')
        ~ ' and ' ~ is_plausible_date('coalesce(promised_at, purchased_at)')
        ~ ') and ' ~ is_plausible_date('purchased_at')),
    ('orders_approved_before_purchase', 'orders', 'approved_at < purchased_at'),
    ('orders_delivered_after_as_of_date', 'orders',
        'cast(purchased_at as date) <= as_of_date '
        ~ 'and cast(delivered_at as date) > as_of_date'),
    ('orders_shipped_without_date', 'orders',
        "order_status = 'shipped' and handed_to_carrier_at is null"),
    ('orders_of_unknown_status', 'orders',
        'order_status is null or order_status not in (' ~ statuses ~ ')'),
    ('orders_handed_over_before_purchase', 'orders',
        'handed_to_carrier_at < purchased_at'),
    ('orders_handed_over_before_approval', 'orders',
        'handed_to_carrier_at < approved_at'),
    ('orders_delivered_before_hand_over', 'orders',
        'delivered_at < handed_to_carrier_at'),
    ('orders_delivered_before_purchase', 'orders', 'delivered_at < purchased_at'),
    ('orders_delivered_without_date', 'orders',
        "order_status = 'delivered' and delivered_at is null"),
    ('items_without_key', 'order_items', 'order_id is null or line_number is null'),
    ('items_without_amount', 'order_items', 'price is null or freight is null'),
    ('items_with_negative_price', 'order_items', 'price < 0'),
    ('items_with_negative_freight', 'order_items', 'freight < 0'),
    ('items_with_parts_of_cents', 'order_items',
        'price != round(price, 2) or freight != round(freight, 2)'),
    ('payments_without_key', 'order_payments',
        'order_id is null or payment_number is null'),
    ('payments_without_amount', 'order_payments', 'payment_value is null'),
    ('payments_negative', 'order_payments', 'payment_value < 0'),
    ('payments_with_parts_of_cents', 'order_payments',
        'payment_value != round(payment_value, 2)'),
    ('payments_of_unknown_type', 'order_payments',
        'payment_type is null or payment_type not in (' ~ payment_types ~ ')'),
    ('payments_not_defined', 'order_payments', "payment_type = 'not_defined'"),
    ('payments_without_installments', 'order_payments',
        'installments is null or installments not between 1 and 2147483647 '
        ~ 'or installments != round(installments, 0)'),
    ('reviews_without_key', 'order_reviews', 'review_id is null or order_id is null'),
    ('reviews_outside_1_to_5', 'order_reviews',
        'review_score is null or review_score not in (1, 2, 3, 4, 5)'),
    ('reviews_after_as_of_date', 'order_reviews',
        'cast(survey_sent_at as date) > as_of_date'),
    ('customers_without_id', 'customers', 'customer_id is null'),
    ('customers_without_person', 'customers', 'customer_unique_id is null'),
    ('customers_with_odd_zip_code_prefix', 'customers',
        "zip_code_prefix is null or length(zip_code_prefix) != 5 "
        ~ "or translate(zip_code_prefix, '0123456789', '') != ''"),
    ('sellers_without_id', 'sellers', 'seller_id is null'),
    ('products_without_id', 'products', 'product_id is null'),
    ('products_without_category', 'products', 'category is null'),
    ('products_without_weight', 'products', 'weight_g is null'),
    ('points_outside_the_mainland', 'geolocation',
        'latitude is null or longitude is null or not '
        ~ is_in_brazil('latitude', 'longitude', 'mainland')),
    ('points_outside_brazil', 'geolocation',
        'latitude is null or longitude is null or not '
        ~ is_in_brazil('latitude', 'longitude'))
] %}
{%- set sources = checks | map(attribute=1) | unique | list %}

with as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

{% for source in sources %}
    {{ source }} as (

        select
            {% for check_name, checked, condition in checks if checked == source -%}
                count(*) filter (where {{ condition }}) as {{ check_name }},
            {% endfor -%}
            count(*) as row_count
        from {{ ref('stg_' ~ source) }}
        cross join as_of

    ),
{% endfor %}

names as (

    select names.* from (
        values
        {% for check_name, source, condition in checks -%}
            ('{{ check_name }}', '{{ source }}'){{ ',' if not loop.last }}
        {% endfor %}
    ) as names (check_name, source)

),

counted as (

    {% for source in sources %}
        select
            names.check_name,
            {{ source }}.row_count as rows_checked,
            case names.check_name
                {%- for check_name, checked, condition in checks if checked == source %}
                    when '{{ check_name }}' then {{ source }}.{{ check_name }}
                {%- endfor %}
            end as rows_affected
        from names
        cross join {{ source }}
        where names.source = '{{ source }}'
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from counted
