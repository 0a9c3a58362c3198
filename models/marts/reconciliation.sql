-- One row per measure: how the total of a raw file becomes the total of the marts.
-- Counts and Brazilian reais; what is left out adds up to the difference, to the cent.

{#- measure, source, rows without repeats, what is summed up, key of the source #}
{%- set of_reviews = 'review_id is not null and order_id is not null' %}
{%- set of_items = 'order_id is not null and line_number is not null' %}
{%- set of_payments = 'order_id is not null and payment_number is not null' %}
{%- set is_dated = 'dated_orders.order_id is not null' %}
{%- set is_review_dated = is_dated ~ ' and coalesce(cast(rows_.survey_sent_at as date) '
    ~ '<= dated_orders.as_of_date, true)' %}
{%- set measures = [
    ('orders', 'orders', 'known_orders', '1', 'order_id is not null'),
    ('items', 'order_items', ref('int_items'), '1', of_items),
    ('price', 'order_items', ref('int_items'), 'price', of_items),
    ('freight', 'order_items', ref('int_items'), 'freight', of_items),
    ('payments', 'order_payments', ref('int_payments'), '1', of_payments),
    ('payment_value', 'order_payments', ref('int_payments'), 'payment_value',
        of_payments),
    ('reviews', 'order_reviews', ref('int_reviews'), '1', of_reviews)
] %}

with marts as (

    select
        count(*) as orders,
        sum(item_count) as items,
        sum(price_total) as price,
        sum(freight_total) as freight,
        sum(payment_count) as payments,
        sum(payment_total) as payment_value,
        sum(review_count) as reviews

    from {{ ref('orders') }}

),

known_orders as (

    select distinct order_id from {{ ref('stg_orders') }}
    where order_id is not null

),

dated_orders as (

    select
        orders.order_id,
        as_of.as_of_date

    from {{ ref('int_orders') }} as orders
    cross join {{ ref('int_as_of') }} as as_of

),

totals as (

    {% for measure, source, once, expression, key in measures %}
        {%- set amount = 'cast(' ~ expression ~ ' as decimal(18, 2))' %}
        select
            '{{ measure }}' as measure,
            '{{ source }}' as source,
            (select sum({{ amount }}) from {{ ref('stg_' ~ source) }}) as in_file,
            (
                select sum({{ amount }}) from {{ ref('stg_' ~ source) }}
                where {{ key }}
            ) as with_key,
            sum({{ amount }}) as without_repeats,
            sum({{ amount }}) filter (
                where known_orders.order_id is not null
            ) as of_known_orders,
            sum({{ amount }}) filter (
                where {{ is_review_dated if measure == 'reviews' else is_dated }}
            ) as by_as_of_date,
            (select {{ measure }} from marts) as in_marts
        from {{ once }} as rows_
        left join known_orders
            on rows_.order_id = known_orders.order_id
        left join dated_orders
            on rows_.order_id = dated_orders.order_id
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

zeroed as (

    select
        measure,
        source,
        coalesce(in_file, 0) as in_file,
        coalesce(with_key, 0) as with_key,
        coalesce(without_repeats, 0) as without_repeats,
        coalesce(of_known_orders, 0) as of_known_orders,
        coalesce(by_as_of_date, 0) as by_as_of_date,
        coalesce(in_marts, 0) as in_marts

    from totals

),

differences as (

    select
        measure,

        source,

        cast(in_file as decimal(18, 2)) as in_file,
        cast(in_file - with_key as decimal(18, 2)) as without_key,
        cast(with_key - without_repeats as decimal(18, 2)) as repeated,
        cast(without_repeats - of_known_orders as decimal(18, 2)) as of_unknown_orders,
        cast(of_known_orders - by_as_of_date as decimal(18, 2)) as not_by_as_of_date,
        cast(in_marts as decimal(18, 2)) as in_marts

    from zeroed

)

select * from differences
