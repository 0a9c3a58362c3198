-- One row per measure: how the total of a raw file becomes the total of the marts.
-- Counts and amounts; what is left out adds up to the difference, to the cent.

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02
{%- set excludes_guests = shop_settings().guests == 'exclude' %}
{#- source: its key, its rows without repeats, and by measure what is summed up: in the
    file, in the rows without repeats, and in those of them that are known by the as-of
    date, if their order is #}
{%- set sources = {
    'orders': (['order_id'], 'known_orders', {'orders': ('1', '1', '1')}),
    'order_items': (
        ['order_id', 'line_number'], ref('int_items'),
        {
            'items': (item_count('quantity'), 'item_count', 'item_count'),
            'price': ('price', 'price', 'price'),
            'freight': ('freight', 'freight', 'freight')
        }
    ),
    'order_payments': (
        ['order_id', 'payment_number'], ref('int_order_payments'),
        {
            'payments': ('1', 'payment_count', 'payment_count'),
            'payment_value': ('payment_value', 'payment_total', 'payment_total')
        }
    ),
    'order_reviews': (
        ['review_id', 'order_id'], ref('int_order_reviews'),
        {'reviews': ('1', 'review_count + later_review_count', 'review_count')}
    )
} %}

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

    select
        known.order_id,
        known.is_of_guest,
        dated.order_id is not null as is_dated

    from (
        select
            order_id,
            {{ excludes_guests }} and max(customer_id) is null as is_of_guest
        from {{ ref('stg_orders') }}
        where order_id is not null
        group by order_id
    ) as known
    left join {{ ref('int_orders') }} as dated
        on known.order_id = dated.order_id

),

{% for source, (key, once, measures) in sources.items() %}
    {{ source }}_in_file as (

        select
            {% for measure, (in_file, kept, known) in measures.items() -%}
                {%- set amount = 'cast(' ~ in_file ~ ' as decimal(18, 2))' -%}
                sum({{ amount }}) as {{ measure }}_in_file,
                sum({{ amount }}) filter (
                    where {{ key | join(' is not null and ') }} is not null
                ) as {{ measure }}_with_key{{ ',' if not loop.last }}
            {% endfor %}

        from {{ ref('stg_' ~ source) }}

    ),

    {{ source }}_without_repeats as (

        select
            {% for measure, (in_file, kept, known) in measures.items() -%}
                {%- set amount = 'cast(' ~ kept ~ ' as decimal(18, 2))' -%}
                sum({{ amount }}) as {{ measure }}_without_repeats,
                sum({{ amount }}) filter (where known_orders.order_id is not null)
                    as {{ measure }}_of_known_orders,
                sum({{ amount }}) filter (where known_orders.is_of_guest)
                    as {{ measure }}_of_guests,
                sum(cast({{ known }} as decimal(18, 2))) filter (
                    where known_orders.is_dated
                ) as {{ measure }}_by_as_of_date{{ ',' if not loop.last }}
            {% endfor %}

        from {{ once }} as rows_
        left join known_orders
            on rows_.order_id = known_orders.order_id

    ),
{% endfor %}

totals as (

    {% for source, (key, once, measures) in sources.items() %}
        {%- set last_source = loop.last %}
        {%- for measure in measures %}
            select
                '{{ measure }}' as measure,
                '{{ source }}' as source,
                {{ measure }}_in_file as in_file,
                {{ measure }}_with_key as with_key,
                {{ measure }}_without_repeats as without_repeats,
                {{ measure }}_of_known_orders as of_known_orders,
                {{ measure }}_of_guests as of_guests,
                {{ measure }}_by_as_of_date as by_as_of_date,
                {{ measure }} as in_marts
            from {{ source }}_in_file
            cross join {{ source }}_without_repeats
            cross join marts
            {{ 'union all' if not (last_source and loop.last) }}
        {% endfor %}
    {% endfor %}

),

zeroed as (

    select
        totals.measure,
        totals.source,
        coalesce(forgotten.amount, 0) as of_forgotten,
        coalesce(totals.in_file, 0) as in_file,
        coalesce(totals.with_key, 0) as with_key,
        coalesce(totals.without_repeats, 0) as without_repeats,
        coalesce(totals.of_known_orders, 0) as of_known_orders,
        coalesce(totals.of_guests, 0) as of_guests,
        coalesce(totals.by_as_of_date, 0) as by_as_of_date,
        coalesce(totals.in_marts, 0) as in_marts

    from totals
    left join {{ ref('forgotten_totals') }} as forgotten
        on totals.measure = forgotten.measure

),

differences as (

    select
        measure,

        source,

        cast(of_forgotten + in_file as decimal(18, 2)) as in_file,
        of_forgotten,
        cast(in_file - with_key as decimal(18, 2)) as without_key,
        cast(with_key - without_repeats as decimal(18, 2)) as repeated,
        cast(without_repeats - of_known_orders as decimal(18, 2)) as of_unknown_orders,
        cast(of_guests as decimal(18, 2)) as of_guests,
        cast(
            of_known_orders - of_guests - by_as_of_date as decimal(18, 2)
        ) as not_by_as_of_date,
        cast(in_marts as decimal(18, 2)) as in_marts

    from zeroed

)

select * from differences
