-- One row per check of the raw data: what it looks for, how many rows it found, and
-- what was done about them.

{#- Each check is one select: to add one, copy another of the same source. Above
    share_allowed the build stops; where it is null, it never does. #}
{%- set allowed = var('max_defect_share') | float %}
{%- set is_olist = shop() == 'olist' %}
{%- set settings = shop_settings() %}
{#- Checks that make sense only where a column of a staging model has values. -#}
{%- set needed = {
    ('order_payments', 'order_id'): [
        'orders_without_payment', 'delivered_orders_without_payment'
    ],
    ('order_reviews', 'order_id'): ['orders_without_review'],
    ('order_items', 'product_id'): ['items_of_unknown_products'],
    ('order_items', 'seller_id'): ['items_of_unknown_sellers'],
    ('orders', 'handed_to_carrier_at'): ['orders_shipped_without_date'],
    ('orders', 'delivered_at'): ['orders_delivered_without_date'],
    ('customers', 'zip_code_prefix'): ['customers_with_odd_zip_code_prefix'],
    ('geolocation', 'zip_code_prefix'): [
        'customer_prefixes_without_place', 'seller_prefixes_without_place'
    ],
    ('products', 'category'): ['products_without_category'],
    ('products', 'weight_g'): ['products_without_weight'],
    ('category_translations', 'category'): ['categories_without_translation']
} %}
{#- By source what its rows are called in names of checks, and their key. -#}
{%- set keys = {
    'orders': ('orders', ['order_id']),
    'order_items': ('items', ['order_id', 'line_number']),
    'order_payments': ('payments', ['order_id', 'payment_number']),
    'order_reviews': ('reviews', ['review_id', 'order_id']),
    'customers': ('customers', ['customer_id']),
    'sellers': ('sellers', ['seller_id']),
    'products': ('products', ['product_id']),
    'category_translations': ('categories', ['category']),
    'geolocation': ('points', none)
} %}

-- depends_on: {{ ref('forgotten_totals') }}
with {% for source, (rows, key) in keys.items() if key -%}
    repeated_{{ rows }} as (

        {{ repeated_lines(ref('stg_' ~ source), key) }}

    ),

{% endfor %}

orders_with_items as (

    select distinct order_id from {{ ref('int_items') }}

),

complete_orders as (

    select
        {{ has_status('orders.order_status', 'counted') }} and not orders.is_return
            as is_delivered,
        items.order_id is not null as has_items,
        payments.order_id is not null as has_payments,
        coalesce(reviews.review_count, 0) > 0 as has_reviews,
        reviews.order_id is not null as has_reviews_of_any_day

    from {{ ref('int_orders') }} as orders
    left join orders_with_items as items
        on orders.order_id = items.order_id
    left join {{ ref('int_order_payments') }} as payments
        on orders.order_id = payments.order_id
    left join {{ ref('int_order_reviews') }} as reviews
        on orders.order_id = reviews.order_id

),

places as (

    select distinct zip_code_prefix from {{ ref('stg_geolocation') }}

),

translations as (

    select distinct category from {{ ref('stg_category_translations') }}

),

{% if not is_olist -%}
    customers_of_orders as (

        select
            order_id,
            max(customer_id) as customer_id

        from {{ ref('stg_orders') }}
        group by order_id

    ),

    lines as (

        select
            lines.amount,
            lines.is_return,
            lines.has_order_id,
            coalesce(orders.customer_id, lines.customer_id) is null
            and {{ settings.guests == 'exclude' }} as is_left_out

        from {{ ref('stg_lines') }} as lines
        left join customers_of_orders as orders
            on lines.order_id = orders.order_id

    ),
{%- endif %}

days as (

    select
        cast(purchased_at as date) as day,
        count(*) as order_count,
        lag(cast(purchased_at as date)) over (
            order by cast(purchased_at as date)
        ) as day_before

    from {{ ref('int_orders') }}
    group by cast(purchased_at as date)

),

days_with_gap as (

    select
        day,
        order_count,
        max(
            case
                when {{ days_between('day_before', 'day') }} >= 365 then day
            end
        ) over () as first_late_day

    from days

),

order_checks as (

    {% if not is_olist -%}
        select
            'orders_of_guests' as check_name,
            {{ 0 if settings.guests == 'refuse' else 'null' }} as share_allowed,
            'Orders without a customer.' as description,
            {% if settings.guests == 'refuse' -%}
                'The build stops: set guests to exclude, to leave them out.' as action,
            {%- else -%}
                'Left out: nobody knows who bought.' as action,
            {%- endif %}
            count(*) as rows_checked,
            count(*) filter (where customer_id is null) as rows_affected
        from {{ ref('stg_orders') }}
        union all
        select
            'orders_returned' as check_name,
            null as share_allowed,
            'Orders whose lines are all returns.' as description,
            {% if settings.returns == 'net' -%}
                'Kept: they are no purchase, and lower the spend.' as action,
            {%- else -%}
                'Kept as canceled: they lower no spend.' as action,
            {%- endif %}
            count(*) as rows_checked,
            count(*) filter (where is_return) as rows_affected
        from {{ ref('int_orders') }}
        union all
    {%- endif %}
    select
        'orders_without_id' as check_name,
        {{ allowed }} as share_allowed,
        'Lines without order_id.' as description,
        'Left out: nothing can be joined to them.' as action,
        count(*) as rows_checked,
        count(*) filter (where order_id is null) as rows_affected
    from {{ ref('stg_orders') }}
    union all
    select
        'orders_repeated' as check_name,
        {{ allowed }} as share_allowed,
        'Lines that repeat an order_id with other values.' as description,
        'Left out, but for the line whose order got farthest (latest delivery, '
        || 'hand-over, approval, purchase).' as action,
        line_count as rows_checked,
        differing_count as rows_affected
    from repeated_orders
    union all
    select
        'orders_of_unknown_customers' as check_name,
        {{ allowed }} as share_allowed,
        'Orders whose customer_id the customers file lacks.' as description,
        'Kept: the customer_id stands for the person, whose home is unknown.' as action,
        (select count(*) from {{ ref('int_orders') }}) as rows_checked,
        count(*) as rows_affected
    from {{ ref('int_orders') }} as orders
    where
        not exists (
            select 1 from {{ ref('stg_customers') }} as customers
            where customers.customer_id = orders.customer_id
        )
    union all
    select
        'orders_without_purchase_date' as check_name,
        {{ allowed }} as share_allowed,
        'Orders without a purchase date between 1900 and 2199.' as description,
        'Left out: they belong to no day.' as action,
        count(*) as rows_checked,
        count(*) filter (
            where purchased_at is null or not {{ is_plausible_date('purchased_at') }}
        ) as rows_affected
    from {{ ref('stg_orders') }}
    union all
    select
        'orders_after_as_of_date' as check_name,
        null as share_allowed,
        'Orders placed after the as-of date.' as description,
        'Left out: on that day they did not exist. By default the last purchase '
        || 'is the as-of date, and there are none.' as action,
        count(*) as rows_checked,
        count(*) filter (
            where
            {{ is_plausible_date('orders.purchased_at') }}
            and cast(orders.purchased_at as date) > as_of.as_of_date
        ) as rows_affected
    from {{ ref('stg_orders') }} as orders
    cross join {{ ref('int_as_of') }} as as_of
    union all
    -- A few orders a year or more after all others: a mistyped year. More of them than
    -- other defects may be are the shop's history. An as-of date that was given does
    -- not depend on them.
    select
        'orders_long_after_all_others' as check_name,
        0 as share_allowed,
        'A few orders, placed a year or more after all others, set the as-of '
        || 'date.' as description,
        'The build stops: a mistyped year makes everybody long gone. Correct '
        || 'it, or set as_of_date.' as action,
        sum(order_count) as rows_checked,
        case
            when {{ 'true' if var('as_of_date') else 'false' }} then 0
            when
                sum(order_count) filter (where day >= first_late_day)
                <= {{ allowed }} * sum(order_count)
                then sum(order_count) filter (where day >= first_late_day)
            else 0
        end as rows_affected
    from days_with_gap
    union all
    select
        'orders_with_impossible_dates' as check_name,
        {{ allowed }} as share_allowed,
        'Orders with an approval, hand-over, delivery or promise outside 1900 '
        || 'to 2199.' as description,
        'Kept without that date.' as action,
        count(*) as rows_checked,
        count(*) filter (
            where
            {{ is_plausible_date('purchased_at') }}
            and not (
                {{ is_plausible_date('coalesce(approved_at, purchased_at)') }}
                and {{ is_plausible_date(
                    'coalesce(handed_to_carrier_at, purchased_at)'
                ) }}
                and {{ is_plausible_date('coalesce(delivered_at, purchased_at)') }}
                and {{ is_plausible_date('coalesce(promised_at, purchased_at)') }}
            )
        ) as rows_affected
    from {{ ref('stg_orders') }}
    union all
    select
        'orders_approved_before_purchase' as check_name,
        null as share_allowed,
        'Orders approved before they were placed.' as description,
        'Kept: the approval is not used for delivery times.' as action,
        count(*) as rows_checked,
        count(*) filter (where approved_at < purchased_at) as rows_affected
    from {{ ref('stg_orders') }}
    union all
    select
        'orders_delivered_after_as_of_date' as check_name,
        null as share_allowed,
        'Orders delivered after the as-of date.' as description,
        'Kept as not yet delivered: that is how they stood on that day.' as action,
        count(*) as rows_checked,
        count(*) filter (
            where
            cast(orders.purchased_at as date) <= as_of.as_of_date
            and cast(orders.delivered_at as date) > as_of.as_of_date
        ) as rows_affected
    from {{ ref('stg_orders') }} as orders
    cross join {{ ref('int_as_of') }} as as_of
    union all
    select
        'orders_shipped_without_date' as check_name,
        null as share_allowed,
        'Shipped orders without a hand-over.' as description,
        'Kept as shipped.' as action,
        count(*) as rows_checked,
        count(*) filter (
            where order_status = 'shipped' and handed_to_carrier_at is null
        ) as rows_affected
    from {{ ref('stg_orders') }}
    union all
    select
        'orders_of_unknown_status' as check_name,
        {{ allowed if is_olist else 'null' }} as share_allowed,
        {% if is_olist -%}
            'Orders whose status is none of the eight published ones, or missing.'
                as description,
        {%- else -%}
            'Orders whose status the settings of the shop do not name, or missing.'
                as description,
        {%- endif %}
        'Kept; they count as not delivered.' as action,
        count(*) as rows_checked,
        count(*) filter (
            where
            order_status is null
            or not ({{ has_status('order_status', 'known') }})
        ) as rows_affected
    from {{ ref('stg_orders') }}
    union all
    select
        'orders_handed_over_before_purchase' as check_name,
        null as share_allowed,
        'Orders that the carrier took over before the purchase.' as description,
        'Kept: the hand-over is not used for delivery times.' as action,
        count(*) as rows_checked,
        count(*) filter (where handed_to_carrier_at < purchased_at) as rows_affected
    from {{ ref('stg_orders') }}
    union all
    select
        'orders_handed_over_before_approval' as check_name,
        null as share_allowed,
        'Orders that the carrier took over before the payment was approved.'
            as description,
        'Kept: the hand-over is not used for delivery times.' as action,
        count(*) as rows_checked,
        count(*) filter (where handed_to_carrier_at < approved_at) as rows_affected
    from {{ ref('stg_orders') }}
    union all
    select
        'orders_delivered_before_hand_over' as check_name,
        null as share_allowed,
        'Orders that the customer had before the carrier took them over.'
            as description,
        'Kept: delivery times count from the purchase.' as action,
        count(*) as rows_checked,
        count(*) filter (where delivered_at < handed_to_carrier_at) as rows_affected
    from {{ ref('stg_orders') }}
    union all
    select
        'orders_delivered_before_purchase' as check_name,
        {{ allowed }} as share_allowed,
        'Orders delivered before they were placed.' as description,
        'Kept as delivered, without a delivery date.' as action,
        count(*) as rows_checked,
        count(*) filter (where delivered_at < purchased_at) as rows_affected
    from {{ ref('stg_orders') }}
    union all
    select
        'orders_delivered_without_date' as check_name,
        null as share_allowed,
        'Delivered orders without a delivery date.' as description,
        'Kept as delivered, without delivery times.' as action,
        count(*) as rows_checked,
        count(*) filter (
            where order_status = 'delivered' and delivered_at is null
        ) as rows_affected
    from {{ ref('stg_orders') }}
    union all
    select
        'orders_without_items' as check_name,
        null as share_allowed,
        'Orders without any item.' as description,
        'Kept with one row in order_lines; they do not count as a purchase.' as action,
        count(*) as rows_checked,
        count(*) filter (where not has_items) as rows_affected
    from complete_orders
    union all
    select
        'delivered_orders_without_items' as check_name,
        {{ allowed }} as share_allowed,
        'Delivered orders without any item: the items file may be cut off.'
            as description,
        'Kept, but their customers are excluded if they have no other order.' as action,
        count(*) as rows_checked,
        count(*) filter (where not has_items) as rows_affected
    from complete_orders
    where is_delivered
    union all
    select
        'orders_without_payment' as check_name,
        null as share_allowed,
        'Orders without any payment.' as description,
        'Kept; installments are unknown.' as action,
        count(*) as rows_checked,
        count(*) filter (where not has_payments) as rows_affected
    from complete_orders
    union all
    select
        'delivered_orders_without_payment' as check_name,
        {{ allowed }} as share_allowed,
        'Delivered orders without any payment: the payments file may be cut '
        || 'off.' as description,
        'Kept; installments are unknown.' as action,
        count(*) as rows_checked,
        count(*) filter (where not has_payments) as rows_affected
    from complete_orders
    where is_delivered
    union all
    select
        'orders_without_review' as check_name,
        null as share_allowed,
        'Orders without any review.' as description,
        'Kept; the score is unknown.' as action,
        count(*) as rows_checked,
        count(*) filter (where not has_reviews) as rows_affected
    from complete_orders
    union all
    -- Reviews may be missing as a whole; a file that was cut off has some.
    select
        'delivered_orders_without_review' as check_name,
        10 * {{ allowed }} as share_allowed,
        'Delivered orders without any review, where there are reviews: the '
        || 'reviews file may be cut off.' as description,
        'Kept; the score is unknown.' as action,
        count(*) as rows_checked,
        case
            when count(*) filter (where has_reviews_of_any_day) > 0
                then count(*) filter (where not has_reviews_of_any_day)
            else 0
        end as rows_affected
    from complete_orders
    where is_delivered
    union all
    select
        'orders_with_several_reviews' as check_name,
        null as share_allowed,
        'Orders with more than one review.' as description,
        'The score of the one answered last counts.' as action,
        count(*) as rows_checked,
        count(*) filter (where line_count > 1) as rows_affected
    from (
        select count(*) as line_count from {{ ref('stg_order_reviews') }}
        where order_id is not null
        group by order_id
    ) as reviewed_orders

),

item_checks as (

    {% if not is_olist -%}
        select
            'items_returned' as check_name,
            {{ 0 if settings.returns == 'refuse' else 'null' }} as share_allowed,
            'Lines with a quantity or amount below 0.' as description,
            {% if settings.returns == 'refuse' -%}
                'The build stops: set returns to net, so that they lower the spend, or '
                || 'to cancel, so that they count as canceled orders.' as action,
            {%- else -%}
                'Kept as returns.' as action,
            {%- endif %}
            count(*) as rows_checked,
            count(*) filter (where is_return) as rows_affected
        from lines
        where not is_left_out
        union all
        select
            'items_of_guests' as check_name,
            null as share_allowed,
            'Lines without a customer.' as description,
            'Left out: nobody knows who bought.' as action,
            count(*) as rows_checked,
            count(*) filter (where is_left_out) as rows_affected
        from lines
        union all
    {%- endif %}
    select
        'items_without_key' as check_name,
        {{ allowed }} as share_allowed,
        'Lines without order_id or item number.' as description,
        'Left out: they belong to no order.' as action,
        count(*) as rows_checked,
        count(*) filter (where order_id is null or line_number is null) as rows_affected
    from {{ ref('stg_order_items') }}
    union all
    select
        'items_repeated' as check_name,
        {{ allowed }} as share_allowed,
        'Lines that repeat an order and item number with other values.'
            as description,
        'Left out, but for the line with the highest price.' as action,
        line_count as rows_checked,
        differing_count as rows_affected
    from repeated_items
    union all
    select
        'items_of_unknown_orders' as check_name,
        {{ allowed }} as share_allowed,
        'Items whose order_id the orders file lacks.' as description,
        'Left out: they belong to no order.' as action,
        (select count(*) from {{ ref('int_items') }}) as rows_checked,
        count(*) as rows_affected
    from {{ ref('int_items') }} as items
    where
        not exists (
            select 1 from {{ ref('stg_orders') }} as orders
            where orders.order_id = items.order_id
        )
    union all
    select
        'items_of_unknown_products' as check_name,
        {{ allowed }} as share_allowed,
        'Items whose product_id the products file lacks.' as description,
        'Kept with the category unknown.' as action,
        (select count(*) from {{ ref('int_items') }}) as rows_checked,
        count(*) as rows_affected
    from {{ ref('int_items') }} as items
    where
        -- What was given back of an order need not name a product.
        (items.product_id is not null or items.price >= 0)
        and not exists (
            select 1 from {{ ref('int_products') }} as products
            where products.product_id = items.product_id
        )
    union all
    select
        'items_of_unknown_sellers' as check_name,
        {{ allowed }} as share_allowed,
        'Items whose seller_id the sellers file lacks.' as description,
        'Kept with the seller''s place unknown.' as action,
        (select count(*) from {{ ref('int_items') }}) as rows_checked,
        count(*) as rows_affected
    from {{ ref('int_items') }} as items
    where
        not exists (
            select 1 from {{ ref('stg_sellers') }} as sellers
            where sellers.seller_id = items.seller_id
        )
    union all
    select
        'items_without_amount' as check_name,
        {{ allowed }} as share_allowed,
        {% if is_olist -%}
            'Items without price or freight.' as description,
            'Kept; the missing amount counts as 0.' as action,
            count(*) as rows_checked,
            count(*) filter (where price is null or freight is null) as rows_affected
        from {{ ref('stg_order_items') }}
        {%- else -%}
            'Lines without an amount.' as description,
            'Left out: nobody knows what was paid.' as action,
            count(*) as rows_checked,
            count(*) filter (where amount is null) as rows_affected
        from {{ ref('stg_lines') }}
        {%- endif %}
    union all
    select
        'items_with_negative_price' as check_name,
        {{ allowed if is_olist else 'null' }} as share_allowed,
        'Items with a price below 0.' as description,
        'Kept so that totals agree; the segmentation counts a spend below 0 '
        || 'as 0.' as action,
        count(*) as rows_checked,
        count(*) filter (where price < 0) as rows_affected
    from {{ ref('stg_order_items') }}
    union all
    select
        'items_with_negative_freight' as check_name,
        {{ allowed }} as share_allowed,
        'Items with freight below 0.' as description,
        'Kept so that totals agree; the segmentation counts a spend below 0 '
        || 'as 0.' as action,
        count(*) as rows_checked,
        count(*) filter (where freight < 0) as rows_affected
    from {{ ref('stg_order_items') }}
    union all
    select
        'items_with_parts_of_cents' as check_name,
        {{ allowed if is_olist else 'null' }} as share_allowed,
        'Items whose price or freight has more than two decimals.' as description,
        'Rounded to the cent.' as action,
        count(*) as rows_checked,
        count(*) filter (
            where price != round(price, 2) or freight != round(freight, 2)
        ) as rows_affected
    from {{ ref('stg_order_items') }}

),

payment_checks as (

    select
        'payments_without_key' as check_name,
        {{ allowed }} as share_allowed,
        'Lines without order_id or payment number.' as description,
        'Left out: they belong to no order.' as action,
        count(*) as rows_checked,
        count(*) filter (
            where order_id is null or payment_number is null
        ) as rows_affected
    from {{ ref('stg_order_payments') }}
    union all
    select
        'payments_repeated' as check_name,
        {{ allowed }} as share_allowed,
        'Lines that repeat an order and payment number with other values.'
            as description,
        'Left out, but for the line with the highest payment.' as action,
        line_count as rows_checked,
        differing_count as rows_affected
    from repeated_payments
    union all
    select
        'payments_of_unknown_orders' as check_name,
        {{ allowed }} as share_allowed,
        'Payments whose order_id the orders file lacks.' as description,
        'Left out: they belong to no order.' as action,
        (
            select count(checked.order_id)
            from {{ ref('stg_order_payments') }} as checked
        ) as rows_checked,
        count(*) as rows_affected
    from {{ ref('stg_order_payments') }} as payments
    where
        payments.order_id is not null
        and not exists (
            select 1 from {{ ref('stg_orders') }} as orders
            where orders.order_id = payments.order_id
        )
    union all
    select
        'payments_without_amount' as check_name,
        {{ allowed }} as share_allowed,
        'Payments without a value.' as description,
        'Kept; the missing amount counts as 0.' as action,
        count(*) as rows_checked,
        count(*) filter (where payment_value is null) as rows_affected
    from {{ ref('stg_order_payments') }}
    union all
    select
        'payments_negative' as check_name,
        {{ allowed }} as share_allowed,
        'Payments below 0.' as description,
        'Kept so that totals agree.' as action,
        count(*) as rows_checked,
        count(*) filter (where payment_value < 0) as rows_affected
    from {{ ref('stg_order_payments') }}
    union all
    select
        'payments_with_parts_of_cents' as check_name,
        {{ allowed if is_olist else 'null' }} as share_allowed,
        'Payments with more than two decimals.' as description,
        'Rounded to the cent.' as action,
        count(*) as rows_checked,
        count(*) filter (
            where payment_value != round(payment_value, 2)
        ) as rows_affected
    from {{ ref('stg_order_payments') }}
    union all
    select
        'payments_of_unknown_type' as check_name,
        null as share_allowed,
        'Payments whose type is none of the five published ones, or missing.'
            as description,
        'Kept under the type in the file; a missing one is unknown.' as action,
        count(*) as rows_checked,
        count(*) filter (
            where
            payment_type is null
            or payment_type not in (
                'credit_card', 'boleto', 'voucher', 'debit_card', 'not_defined'
            )
        ) as rows_affected
    from {{ ref('stg_order_payments') }}
    union all
    select
        'payments_not_defined' as check_name,
        null as share_allowed,
        'Payments of the type not_defined.' as description,
        'Kept under that type.' as action,
        count(*) as rows_checked,
        count(*) filter (where payment_type = 'not_defined') as rows_affected
    from {{ ref('stg_order_payments') }}
    union all
    select
        'payments_without_installments' as check_name,
        {{ allowed }} as share_allowed,
        'Payments whose installments are missing, below 1 or not a whole number.'
            as description,
        'Kept, rounded to a whole number; the segmentation counts a number '
        || 'below 0 as 0.' as action,
        count(*) as rows_checked,
        count(*) filter (
            where
            installments is null
            or installments not between 1 and 2147483647
            or installments != round(installments, 0)
        ) as rows_affected
    from {{ ref('stg_order_payments') }}

),

review_checks as (

    select
        'reviews_without_key' as check_name,
        {{ allowed }} as share_allowed,
        'Lines without review_id or order_id.' as description,
        'Left out: they belong to no order.' as action,
        count(*) as rows_checked,
        count(*) filter (where review_id is null or order_id is null) as rows_affected
    from {{ ref('stg_order_reviews') }}
    union all
    select
        'reviews_repeated' as check_name,
        {{ allowed }} as share_allowed,
        'Lines that repeat a review and order with other values.' as description,
        'Left out, but for the line that was answered last.' as action,
        line_count as rows_checked,
        differing_count as rows_affected
    from repeated_reviews
    union all
    select
        'reviews_of_unknown_orders' as check_name,
        {{ allowed }} as share_allowed,
        'Reviews whose order_id the orders file lacks.' as description,
        'Left out: they belong to no order.' as action,
        (
            select count(checked.order_id)
            from {{ ref('stg_order_reviews') }} as checked
        ) as rows_checked,
        count(*) as rows_affected
    from {{ ref('stg_order_reviews') }} as reviews
    where
        reviews.order_id is not null
        and not exists (
            select 1 from {{ ref('stg_orders') }} as orders
            where orders.order_id = reviews.order_id
        )
    union all
    select
        'review_ids_of_several_orders' as check_name,
        null as share_allowed,
        'review_id that is used more than once.' as description,
        'Kept: a review counts for every order that it names.' as action,
        count(*) as rows_checked,
        count(*) filter (where line_count > 1) as rows_affected
    from (
        select count(*) as line_count from {{ ref('stg_order_reviews') }}
        where review_id is not null
        group by review_id
    ) as review_ids
    union all
    select
        'reviews_outside_1_to_5' as check_name,
        {{ allowed }} as share_allowed,
        'Reviews whose score is missing or not a whole number from 1 to 5.'
            as description,
        'Kept; the score is unknown.' as action,
        count(*) as rows_checked,
        count(*) filter (
            where review_score is null or review_score not in (1, 2, 3, 4, 5)
        ) as rows_affected
    from {{ ref('stg_order_reviews') }}
    union all
    select
        'reviews_after_as_of_date' as check_name,
        null as share_allowed,
        'Reviews whose survey was sent after the as-of date.' as description,
        'Left out: on that day they did not exist.' as action,
        count(*) as rows_checked,
        count(*) filter (
            where cast(reviews.survey_sent_at as date) > as_of.as_of_date
        ) as rows_affected
    from {{ ref('stg_order_reviews') }} as reviews
    cross join {{ ref('int_as_of') }} as as_of

),

customer_checks as (

    select
        'customers_without_id' as check_name,
        {{ allowed }} as share_allowed,
        'Lines without customer_id.' as description,
        'Left out: no order can name them.' as action,
        count(*) as rows_checked,
        count(*) filter (where customer_id is null) as rows_affected
    from {{ ref('stg_customers') }}
    union all
    select
        'customers_repeated' as check_name,
        {{ allowed }} as share_allowed,
        'Lines that repeat a customer_id with other values.' as description,
        'Left out, but for the line that comes first in alphabetical order.'
            as action,
        line_count as rows_checked,
        differing_count as rows_affected
    from repeated_customers
    union all
    select
        'customers_of_several_orders' as check_name,
        null as share_allowed,
        'customer_id that more than one order has.' as description,
        'Kept: they are orders of the same person.' as action,
        count(*) as rows_checked,
        count(*) filter (where line_count > 1) as rows_affected
    from (
        select count(*) as line_count from {{ ref('int_orders') }}
        where customer_id is not null
        group by customer_id
    ) as customers
    union all
    select
        'customers_without_person' as check_name,
        {{ allowed }} as share_allowed,
        'Customers without customer_unique_id.' as description,
        'Kept: the customer_id stands for the person.' as action,
        count(*) as rows_checked,
        count(*) filter (where customer_unique_id is null) as rows_affected
    from {{ ref('stg_customers') }}
    union all
    select
        'customers_with_odd_zip_code_prefix' as check_name,
        {{ allowed }} as share_allowed,
        'Customers whose zip code prefix is not five digits once leading zeros '
        || 'are restored.' as description,
        'Kept; no place is found for them.' as action,
        count(*) as rows_checked,
        count(*) filter (
            where
            zip_code_prefix is null
            or length(zip_code_prefix) != 5
            or translate(zip_code_prefix, '0123456789', '') != ''
        ) as rows_affected
    from {{ ref('stg_customers') }}
    union all
    select
        'customer_prefixes_without_place' as check_name,
        null as share_allowed,
        'Zip code prefixes of customers without any point in the geolocation '
        || 'file.' as description,
        'Kept; distances are unknown.' as action,
        count(*) as rows_checked,
        count(*) filter (where places.zip_code_prefix is null) as rows_affected
    from (
        select distinct zip_code_prefix from {{ ref('stg_customers') }}
        where zip_code_prefix is not null
    ) as prefixes
    left join places
        on prefixes.zip_code_prefix = places.zip_code_prefix

),

seller_checks as (

    select
        'sellers_without_id' as check_name,
        {{ allowed }} as share_allowed,
        'Lines without seller_id.' as description,
        'Left out: no item can name them.' as action,
        count(*) as rows_checked,
        count(*) filter (where seller_id is null) as rows_affected
    from {{ ref('stg_sellers') }}
    union all
    select
        'sellers_repeated' as check_name,
        {{ allowed }} as share_allowed,
        'Lines that repeat a seller_id with other values.' as description,
        'Left out, but for the line that comes first in alphabetical order.'
            as action,
        line_count as rows_checked,
        differing_count as rows_affected
    from repeated_sellers
    union all
    select
        'seller_prefixes_without_place' as check_name,
        null as share_allowed,
        'Zip code prefixes of sellers without any point in the geolocation '
        || 'file.' as description,
        'Kept; distances are unknown.' as action,
        count(*) as rows_checked,
        count(*) filter (where places.zip_code_prefix is null) as rows_affected
    from (
        select distinct zip_code_prefix from {{ ref('stg_sellers') }}
        where zip_code_prefix is not null
    ) as prefixes
    left join places
        on prefixes.zip_code_prefix = places.zip_code_prefix

),

product_checks as (

    select
        'products_without_id' as check_name,
        {{ allowed }} as share_allowed,
        'Lines without product_id.' as description,
        'Left out: no item can name them.' as action,
        count(*) as rows_checked,
        count(*) filter (where product_id is null) as rows_affected
    from {{ ref('stg_products') }}
    union all
    select
        'products_repeated' as check_name,
        {{ allowed }} as share_allowed,
        'Lines that repeat a product_id with other values.' as description,
        'Left out, but for the line whose category comes first in the alphabet.'
            as action,
        line_count as rows_checked,
        differing_count as rows_affected
    from repeated_products
    union all
    select
        'products_without_category' as check_name,
        null as share_allowed,
        'Products without a category.' as description,
        'Kept with the category unknown.' as action,
        count(*) as rows_checked,
        count(*) filter (where category is null) as rows_affected
    from {{ ref('stg_products') }}
    union all
    select
        'products_without_weight' as check_name,
        null as share_allowed,
        'Products without a weight.' as description,
        'Kept.' as action,
        count(*) as rows_checked,
        count(*) filter (where weight_g is null) as rows_affected
    from {{ ref('stg_products') }}
    union all
    select
        'categories_without_translation' as check_name,
        null as share_allowed,
        'Categories of products without an English name.' as description,
        'Kept under the Portuguese name.' as action,
        count(*) as rows_checked,
        count(*) filter (where translations.category is null) as rows_affected
    from (
        select distinct category from {{ ref('stg_products') }}
        where category is not null
    ) as categories
    left join translations
        on categories.category = translations.category

),

category_checks as (

    select
        'categories_repeated' as check_name,
        {{ allowed }} as share_allowed,
        'Lines that repeat a category with other values.' as description,
        'Left out: the first translation in alphabetical order counts.' as action,
        line_count as rows_checked,
        differing_count as rows_affected
    from repeated_categories

),

point_checks as (

    select
        'points_repeated' as check_name,
        null as share_allowed,
        'Lines that repeat another one entirely.' as description,
        'Kept: they hardly move the median of a prefix.' as action,
        sum(line_count) as rows_checked,
        sum(line_count - 1) as rows_affected
    from (
        select count(*) as line_count from {{ ref('stg_geolocation') }}
        where
            zip_code_prefix is not null
            and city is not null
            and state is not null
            and latitude is not null
            and longitude is not null
        group by zip_code_prefix, city, state, latitude, longitude
    ) as points
    {% if settings.places.mainland -%}
        union all
        select
            'points_outside_the_mainland' as check_name,
            null as share_allowed,
            'Points outside the mainland of Brazil.' as description,
            'Kept where they lie on Fernando de Noronha, left out elsewhere.' as action,
            count(*) as rows_checked,
            count(*) filter (
                where
                latitude is null
                or longitude is null
                or not {{ is_in_box(
                    'latitude', 'longitude', settings.places.mainland
                ) }}
            ) as rows_affected
        from {{ ref('stg_geolocation') }}
    {%- endif %}
    union all
    select
        {% if is_olist -%}
            'points_outside_brazil' as check_name,
            {{ allowed }} as share_allowed,
            'Points outside Brazil and its islands, or without coordinates.'
                as description,
        {%- else -%}
            'points_outside_places' as check_name,
            {{ allowed }} as share_allowed,
            'Points outside the places of the shop, or without coordinates.'
                as description,
        {%- endif %}
        'Not used for the places of zip code prefixes.' as action,
        count(*) as rows_checked,
        count(*) filter (
            where
            latitude is null
            or longitude is null
            or not {{ is_in_box('latitude', 'longitude', settings.places.box) }}
        ) as rows_affected
    from {{ ref('stg_geolocation') }}

),

checks as (

    select
        'orders' as source,
        order_checks.*
    from order_checks
    union all
    select
        'order_items' as source,
        item_checks.*
    from item_checks
    union all
    select
        'order_payments' as source,
        payment_checks.*
    from payment_checks
    union all
    select
        'order_reviews' as source,
        review_checks.*
    from review_checks
    union all
    select
        'customers' as source,
        customer_checks.*
    from customer_checks
    union all
    select
        'sellers' as source,
        seller_checks.*
    from seller_checks
    union all
    select
        'products' as source,
        product_checks.*
    from product_checks
    union all
    select
        'category_translations' as source,
        category_checks.*
    from category_checks
    union all
    select
        'geolocation' as source,
        point_checks.*
    from point_checks
    {% for source, (rows, key) in keys.items() %}
        union all
        select
            '{{ source }}' as source,
            '{{ rows }}_with_null_words' as check_name,
            null as share_allowed,
            'Lines with a word such as NULL or nan in place of a value.' as description,
            'Kept; the word counts as missing. null_words lists the words.' as action,
            count(*) as rows_checked,
            count(*) filter (where has_null_word) as rows_affected
        from {{ ref('stg_' ~ source) }}
        {% if key -%}
            union all
            select
                '{{ source }}' as source,
                '{{ rows }}_repeated_entirely' as check_name,
                null as share_allowed,
                'Lines that repeat another one entirely.' as description,
                {% if rows == 'items' and not is_olist -%}
                    'Kept: an order may have the same line twice.' as action,
                    (select count(*) from {{ ref('stg_lines') }}) as rows_checked,
                    (select count(*) from {{ ref('stg_lines') }})
                    - count(*) as rows_affected
                from (select distinct * from {{ ref('stg_lines') }}) as different_lines
                {%- else -%}
                    'Left out: they say nothing new. The build warns.' as action,
                    line_count as rows_checked,
                    equal_count as rows_affected
                from repeated_{{ rows }}
                {%- endif %}
        {%- endif %}
    {% endfor %}
    {% if forgotten_list() -%}
        {% for source, (rows, key) in keys.items() -%}
            {%- set check_name = 'customers_forgotten' if rows == 'customers'
                else rows ~ '_of_forgotten_customers' %}
            union all
            select
                '{{ source }}' as source,
                '{{ check_name }}' as check_name,
                null as share_allowed,
                'Rows of customers who were forgotten.' as description,
                'Left out of everything; reconciliation has their amounts.' as action,
                totals.row_count + staged.row_count as rows_checked,
                totals.row_count as rows_affected
            from {{ ref('forgotten_totals') }} as totals
            cross join (
                select count(*) as row_count from {{ ref('stg_' ~ source) }}
            ) as staged
            where totals.measure = '{{ rows }}'
        {% endfor %}
    {%- endif %}

),

counted as (

    select
        check_name,

        {% if is_olist -%}
            source,
        {%- else -%}
            case source
                {%- for source in keys %}
                    when '{{ source }}'
                        then '{{ files_of(source) | replace("'", "''") }}'
                {%- endfor %}
            end as source,
        {%- endif %}
        description,
        action,

        cast(coalesce(rows_checked, 0) as bigint) as rows_checked,
        cast(coalesce(rows_affected, 0) as bigint) as rows_affected,
        cast(share_allowed as double) as share_allowed

    from checks

),

shares as (

    select
        check_name,

        source,
        description,
        action,

        rows_checked,
        rows_affected,
        coalesce(
            cast(rows_affected as double) / nullif(rows_checked, 0), 0
        ) as share_affected,
        share_allowed

    from counted
    {% if not is_olist -%}
        where
            rows_checked > 0
            {% for (model, column), names in needed.items() -%}
                and (
                    check_name not in ('{{ names | join("', '") }}')
                    or (select count({{ column }}) from {{ ref('stg_' ~ model) }}) > 0
                )
            {% endfor -%}
            {%- if not settings.places.zip_code_digits %}
            and check_name not in ('customers_with_odd_zip_code_prefix')
            {%- endif %}
            and check_name not in (
                'payments_of_unknown_type', 'payments_not_defined',
                -- a shop's customer_id is a person: several orders are welcome
                'customers_of_several_orders',
                -- they are returns
                'items_with_negative_price'
            )
            -- without order_id, all guests of a day are one order
            and (
                check_name not in ('orders_of_guests', 'items_repeated_entirely')
                or (
                    select count(*) from lines
                    where not lines.has_order_id
                ) = 0
            )
    {%- endif %}

)

select * from shares
