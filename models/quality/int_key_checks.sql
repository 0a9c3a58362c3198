-- One row per check that compares rows with each other: how many it looked at, how many
-- it found. What each means stands in data_quality.

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02
{#- check, source, columns that should not repeat, model of the rows without repeats #}
{%- set repeats = [
    ('orders_repeated', 'orders', 'order_id', none),
    ('items_repeated', 'order_items', 'order_id, line_number', 'int_items'),
    ('payments_repeated', 'order_payments', 'order_id, payment_number',
        'int_payments'),
    ('reviews_repeated', 'order_reviews', 'review_id, order_id', 'int_reviews'),
    ('customers_repeated', 'customers', 'customer_id', 'int_customers'),
    ('sellers_repeated', 'sellers', 'seller_id', 'int_sellers'),
    ('products_repeated', 'products', 'product_id', 'int_products'),
    ('categories_repeated', 'category_translations', 'category', none),
    ('points_repeated', 'geolocation',
        'zip_code_prefix, city, state, latitude, longitude', none)
] %}
{#- check, model, its column, model where the column's values should be, further rule #}
{%- set links = [
    ('orders_of_unknown_customers', 'int_orders', 'customer_id', 'int_customers', ''),
    ('items_of_unknown_orders', 'int_items', 'order_id', 'stg_orders', ''),
    ('items_of_unknown_products', 'int_items', 'product_id', 'int_products', ''),
    ('items_of_unknown_sellers', 'int_items', 'seller_id', 'int_sellers', ''),
    ('payments_of_unknown_orders', 'stg_order_payments', 'order_id', 'stg_orders',
        'order_id is not null'),
    ('reviews_of_unknown_orders', 'stg_order_reviews', 'order_id', 'stg_orders',
        'order_id is not null')
] %}
{#- check, model of what an order should have, further rule #}
{%- set parts = [
    ('orders_without_items', 'int_order_items', ''),
    ('delivered_orders_without_items', 'int_order_items', "order_status = 'delivered'"),
    ('orders_without_payment', 'int_order_payments', ''),
    ('delivered_orders_without_payment', 'int_order_payments',
        "order_status = 'delivered'"),
    ('orders_without_review', 'int_order_reviews', '')
] %}
{#- check, model, column of which distinct values are counted, model to look them up #}
{%- set values = [
    ('customer_prefixes_without_place', 'int_customers', 'zip_code_prefix',
        'stg_geolocation'),
    ('seller_prefixes_without_place', 'int_sellers', 'zip_code_prefix',
        'stg_geolocation'),
    ('categories_without_translation', 'stg_products', 'category',
        'stg_category_translations')
] %}
{#- check, model, column whose values should stand on one row only #}
{%- set groups = [
    ('review_ids_of_several_orders', 'stg_order_reviews', 'review_id'),
    ('orders_with_several_reviews', 'stg_order_reviews', 'order_id'),
    ('customers_of_several_orders', 'int_orders', 'customer_id')
] %}

with complete as (

    select
        orders.order_status,
        {%- for part in parts | map(attribute=1) | unique %}
            {{ part }}.order_id is not null as has_{{ part }}
            {{- ',' if not loop.last }}
        {%- endfor %}

    from {{ ref('int_orders') }} as orders
    {%- for part in parts | map(attribute=1) | unique %}
        left join {{ ref(part) }} as {{ part }}
            on orders.order_id = {{ part }}.order_id
    {%- endfor %}

),

orders as (

    select
        {% for check_name, part, rule in parts -%}
            count(*) filter (where {{ rule or 'true' }}) as {{ check_name }}_checked,
            count(*) filter (
                where not has_{{ part }} and {{ rule or 'true' }}
            ) as {{ check_name }}{{ ',' if not loop.last }}
        {% endfor %}

    from complete

),

{% for check_name, model, column, other in values %}
    {{ check_name }} as (

        select distinct {{ column }} from {{ ref(other) }}

    ),

{% endfor %}

reviewed_orders as (

    select distinct order_id from {{ ref('int_reviews') }}

),

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

counted as (

    {% for check_name, source, key, once in repeats %}
        select
            '{{ check_name }}' as check_name,
            {% if once -%}
                count(*) as rows_checked,
                count(*) - (select count(*) from {{ ref(once) }}) as rows_affected
            from {{ ref('stg_' ~ source) }}
            where {{ key | replace(', ', ' is not null and ') }} is not null
            {%- else -%}
                sum(line_count) as rows_checked,
                sum(line_count - 1) as rows_affected
            from (
                select count(*) as line_count
                from {{ ref('stg_' ~ source) }}
                where {{ key | replace(', ', ' is not null and ') }} is not null
                group by {{ key }}
            ) as keys
            {%- endif %}
        union all
    {% endfor %}

    {% for check_name, model, column, other, rule in links %}
        select
            '{{ check_name }}' as check_name,
            (
                select count(*) from {{ ref(model) }}
                {{ 'where ' ~ rule if rule }}
            ) as rows_checked,
            count(*) as rows_affected
        from {{ ref(model) }} as rows_
        where
            not exists (
                select 1 from {{ ref(other) }} as others
                where others.{{ column }} = rows_.{{ column }}
            )
            {{ 'and rows_.' ~ rule if rule }}
        union all
    {% endfor %}

    {% for check_name, part, rule in parts %}
        select
            '{{ check_name }}' as check_name,
            {{ check_name }}_checked as rows_checked,
            {{ check_name }} as rows_affected
        from orders
        union all
    {% endfor %}

    {% for check_name, model, column, other in values %}
        select
            '{{ check_name }}' as check_name,
            count(*) as rows_checked,
            count(*) filter (where others.{{ column }} is null) as rows_affected
        from (
            select distinct {{ column }} from {{ ref(model) }}
            where {{ column }} is not null
        ) as rows_
        left join {{ check_name }} as others
            on rows_.{{ column }} = others.{{ column }}
        union all
    {% endfor %}

    {% for check_name, model, column in groups %}
        select
            '{{ check_name }}' as check_name,
            count(*) as rows_checked,
            count(*) filter (where line_count > 1) as rows_affected
        from (
            select count(*) as line_count from {{ ref(model) }}
            where {{ column }} is not null
            group by {{ column }}
        ) as keys
        union all
    {% endfor %}

    -- Reviews may be missing as a whole; a file that was cut off has some.
    select
        'delivered_orders_without_review' as check_name,
        count(*) as rows_checked,
        case
            when count(reviews.order_id) > 0
                then count(*) filter (where reviews.order_id is null)
            else 0
        end as rows_affected
    from {{ ref('int_orders') }} as orders
    left join reviewed_orders as reviews
        on orders.order_id = reviews.order_id
    where orders.order_status = 'delivered'
    union all

    -- Of two parts that lie a year or more apart, the later one, if it is small: a
    -- mistyped year. As large as other defects may not be, it is the shop's history. An
    -- as-of date that was given is not moved by it.
    select
        'orders_long_after_all_others' as check_name,
        sum(order_count) as rows_checked,
        {% if var('as_of_date') %}
            0 as rows_affected
        {% else %}
            case
                when
                    sum(order_count) filter (where day >= first_late_day)
                    <= {{ var('max_defect_share') | float }} * sum(order_count)
                    then sum(order_count) filter (where day >= first_late_day)
                else 0
            end as rows_affected
        {% endif %}
    from days_with_gap

),

typed as (

    select
        check_name,

        cast(coalesce(rows_checked, 0) as bigint) as rows_checked,
        cast(coalesce(rows_affected, 0) as bigint) as rows_affected

    from counted

)

select * from typed
