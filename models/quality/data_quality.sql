-- One row per check of the raw data: what it looks for, how many rows it found, and
-- what was done about them.

{#- The macro data_checks has the list of checks; here are the rows that they look at.
    All checks of the same rows are counted in one pass. #}
{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02
{%- set is_olist = shop() == 'olist' %}
{%- set settings = shop_settings() %}
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
{%- set checks = data_checks(keys) %}

-- depends_on: {{ ref('forgotten_totals') }}
with {% for source, (rows, key) in keys.items() if key -%}
    repeated_{{ rows }} as (

        {{ repeated_lines(ref('stg_' ~ source), key) }}

    ),

{% endfor %}

{% for source in [
    'order_items', 'customers', 'sellers', 'products', 'category_translations'
] -%}
    {{ keys[source][0] }}_in_file as (

        select * from {{ ref('stg_' ~ source) }}

    ),

{% endfor %}

points_in_file as (

    select
        *,
        {% if settings.places.mainland -%}
            {{ is_in_box('latitude', 'longitude', settings.places.mainland) }}
                as is_on_mainland,
        {%- endif %}
        {{ is_in_box('latitude', 'longitude', settings.places.box) }} as is_in_places

    from {{ ref('stg_geolocation') }}

),

different_points as (

    select count(*) as line_count
    from {{ ref('stg_geolocation') }}
    where
        zip_code_prefix is not null
        and city is not null
        and state is not null
        and latitude is not null
        and longitude is not null
    group by zip_code_prefix, city, state, latitude, longitude

),

places as (

    select distinct zip_code_prefix from {{ ref('stg_geolocation') }}

),

{% for person in ['customer', 'seller'] -%}
    {{ person }}_prefixes as (

        select
            prefixes.zip_code_prefix,
            places.zip_code_prefix is not null as has_place

        from (
            select distinct zip_code_prefix from {{ ref('stg_' ~ person ~ 's') }}
            where zip_code_prefix is not null
        ) as prefixes
        left join places
            on prefixes.zip_code_prefix = places.zip_code_prefix

    ),

{% endfor %}

translations as (

    select distinct category from {{ ref('stg_category_translations') }}

),

product_categories as (

    select
        categories.category,
        translations.category is not null as has_translation

    from (
        select distinct category from {{ ref('stg_products') }}
        where category is not null
    ) as categories
    left join translations
        on categories.category = translations.category

),

as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

orders_in_file as (

    select
        orders.*,
        as_of.as_of_date,
        coalesce({{ is_plausible_date('orders.purchased_at') }}, false) as is_dated,
        {% for time in [
            'approved_at', 'handed_to_carrier_at', 'delivered_at', 'promised_at'
        ] -%}
            {{ 'or ' if not loop.first }}not coalesce(
                {{ is_plausible_date('orders.' ~ time) }}, true
            )
        {% endfor %} as has_impossible_date

    from {{ ref('stg_orders') }} as orders
    cross join as_of

),

order_ids as (

    select distinct order_id from {{ ref('stg_orders') }}

),

payments_in_file as (

    select
        payments.*,
        order_ids.order_id is not null as has_order

    from {{ ref('stg_order_payments') }} as payments
    left join order_ids
        on payments.order_id = order_ids.order_id

),

reviews_in_file as (

    select
        reviews.*,
        as_of.as_of_date,
        order_ids.order_id is not null as has_order

    from {{ ref('stg_order_reviews') }} as reviews
    left join order_ids
        on reviews.order_id = order_ids.order_id
    cross join as_of

),

{% for rows, key in [('reviewed_orders', 'order_id'), ('review_ids', 'review_id')] -%}
    {{ rows }} as (

        select
            {{ key }},
            count(*) as line_count

        from {{ ref('stg_order_reviews') }}
        where {{ key }} is not null
        group by {{ key }}

    ),

{% endfor %}

ordering_customers as (

    select
        customer_id,
        count(*) as order_count

    from {{ ref('int_orders') }}
    where customer_id is not null
    group by customer_id

),

seller_ids as (

    select distinct seller_id from {{ ref('stg_sellers') }}

),

-- Items as they are used: one per key.
kept_items as (

    select
        -- What was given back of an order need not name a product.
        items.product_id is not null or items.price >= 0 as needs_product,
        order_ids.order_id is not null as has_order,
        products.product_id is not null as has_product,
        seller_ids.seller_id is not null as has_seller

    from {{ ref('int_items') }} as items
    left join order_ids
        on items.order_id = order_ids.order_id
    left join {{ ref('int_products') }} as products
        on items.product_id = products.product_id
    left join seller_ids
        on items.seller_id = seller_ids.seller_id

),

customer_ids as (

    select distinct customer_id from {{ ref('stg_customers') }}

),

ids_of_orders_with_items as (

    select distinct order_id from {{ ref('int_items') }}

),

-- Orders as they are used: one per key, known by the as-of date.
kept_orders as (

    select
        orders.is_return,
        {{ has_status('orders.order_status', 'counted') }} and not orders.is_return
            as is_delivered,
        customer_ids.customer_id is not null as has_customer,
        items.order_id is not null as has_items,
        payments.order_id is not null as has_payments,
        coalesce(reviews.review_count, 0) > 0 as has_reviews,
        reviews.order_id is not null as is_ever_reviewed

    from {{ ref('int_orders') }} as orders
    left join customer_ids
        on orders.customer_id = customer_ids.customer_id
    left join ids_of_orders_with_items as items
        on orders.order_id = items.order_id
    left join {{ ref('int_order_payments') }} as payments
        on orders.order_id = payments.order_id
    left join {{ ref('int_order_reviews') }} as reviews
        on orders.order_id = reviews.order_id

),

order_days as (

    select
        cast(purchased_at as date) as day,
        count(*) as order_count,
        lag(cast(purchased_at as date)) over (
            order by cast(purchased_at as date)
        ) as day_before

    from {{ ref('int_orders') }}
    group by cast(purchased_at as date)

),

late_days as (

    select
        max(
            case when {{ days_between('day_before', 'day') }} >= 365 then day end
        ) as first_day

    from order_days

),

-- Orders a year or more after all others. Where they are few, the year is mistyped;
-- where they are more than other defects may be, they are the shop's history.
days as (

    select
        order_days.order_count,
        case when order_days.day >= late_days.first_day then order_days.order_count end
            as late_order_count

    from order_days
    cross join late_days

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

    different_lines as (

        select distinct * from {{ ref('stg_lines') }}

    ),

    repeated_lines as (

        select
            (select count(*) from lines) as line_count,
            (select count(*) from lines)
            - (select count(*) from different_lines) as equal_count

    ),

    shop_has as (

        select
            -- without order_id, all guests of a day are one order
            (select count(*) from lines where not lines.has_order_id) = 0
                as has_order_ids
            {%- for name, (model, column) in {
                'has_hand_overs': ('orders', 'handed_to_carrier_at'),
                'has_deliveries': ('orders', 'delivered_at'),
                'has_payments': ('order_payments', 'order_id'),
                'has_reviews': ('order_reviews', 'order_id'),
                'has_product_ids': ('order_items', 'product_id'),
                'has_seller_ids': ('order_items', 'seller_id'),
                'has_zip_codes': ('customers', 'zip_code_prefix'),
                'has_places': ('geolocation', 'zip_code_prefix'),
                'has_categories': ('products', 'category'),
                'has_weights': ('products', 'weight_g'),
                'has_translations': ('category_translations', 'category')
            }.items() %},
                (select count({{ column }}) from {{ ref('stg_' ~ model) }}) > 0
                    as {{ name }}
            {%- endfor %}

    ),
{%- endif %}

{% if forgotten_list() -%}
    forgotten as (

        select * from {{ ref('forgotten_totals') }}

    ),
{%- endif %}

-- One row for each CTE that checks look at, with what all of them count.
{% for rows, of_rows in checks | groupby('rows') -%}
    {{ rows }}_counts as (

        select
            {% for check in of_rows -%}
                {%- set among = check.among or 'true' -%}
                {%- set counts = check.counts or [
                    'count(*) filter (where ' ~ among ~ ')',
                    'count(*) filter (where ' ~ among ~ ' and (' ~ check.found ~ '))'
                ] -%}
                {{ counts[0] }} as {{ check.name }}_checked,
                {{ counts[1] }} as {{ check.name }}_affected
                {{- ',' if not loop.last }}
            {% endfor %}
        from {{ rows }}

    ),

{% endfor %}

counted as (

    select
        checks.check_name,

        checks.source,
        checks.description,
        checks.action,

        {% for column in ['rows_checked', 'rows_affected'] -%}
            cast(
                coalesce(
                    case checks.check_name
                        {% for check in checks -%}
                            when '{{ check.name }}'
                                then {{ check.name }}_{{ column[5:] }}
                        {% endfor %}
                    end, 0
                ) as bigint
            ) as {{ column }},
        {% endfor -%}
        cast(checks.share_allowed as double) as share_allowed

    from (
        values
        {% for check in checks -%}
            (
                '{{ check.name }}',
                {{ text_or_null(files_of(check.source)) }},
                {{ text_or_null(check.description) }},
                {{ text_or_null(check.action) }},
                {{ check.allowed if check.allowed is number else 'null' }}
            ){{ ',' if not loop.last }}
        {% endfor %}
    ) as checks (check_name, source, description, action, share_allowed)
    {% for rows, of_rows in checks | groupby('rows') -%}
        cross join {{ rows }}_counts
    {% endfor %}

),

shares as (

    select
        counted.check_name,

        counted.source,
        counted.description,
        counted.action,

        counted.rows_checked,
        counted.rows_affected,
        coalesce(
            cast(counted.rows_affected as double) / nullif(counted.rows_checked, 0), 0
        ) as share_affected,
        counted.share_allowed

    from counted
    {% if not is_olist -%}
        cross join shop_has
        where
            counted.rows_checked > 0
            and case counted.check_name
                {% for check in checks if check.needs -%}
                    when '{{ check.name }}' then shop_has.{{ check.needs }}
                {% endfor -%}
                else true
            end
    {%- endif %}

)

select * from shares
