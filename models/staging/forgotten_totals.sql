-- One row per measure: how many rows of the raw data are of forgotten customers, and
-- what they add up to. Without a list of forgotten customers there are none.

{#- source: its rows of forgotten customers, and what is summed up by measure #}
{%- set ids = ref('forgotten_ids') %}
{%- set reads = forgotten_list() or not execute %}
{%- set sources = {} %}
{%- if shop() == 'olist' and reads %}
    {%- for name, measures in {
        'customers': {'customers': '1'},
        'orders': {'orders': '1'},
        'order_items': {'items': '1', 'price': 'price', 'freight': 'freight_value'},
        'order_payments': {'payments': '1', 'payment_value': 'payment_value'},
        'order_reviews': {'reviews': '1'}
    }.items() %}
        {%- do sources.update(
            {name: (read_raw(source('olist', name), ids, true), measures)}
        ) %}
    {%- endfor %}
{%- elif reads %}
    {#- A shop without a table has its rows in the order lines, as in staging. -#}
    {%- set inputs = {} %}
    {%- for name, model_name in {
        'order_lines': 'lines', 'customers': 'customers', 'orders': 'orders',
        'payments': 'order_payments', 'reviews': 'order_reviews'
    }.items() %}
        {%- set node = graph.nodes['model.olist_segments.stg_' ~ model_name]
            if execute else none %}
        {%- do inputs.update({name: input(name, ids, node, true)}) %}
    {%- endfor %}
    {%- set lines = completed_lines(inputs.order_lines) %}
    {%- set rows_of = {} %}
    {%- for name, distinct in {
        'customers': 'select distinct customer_id',
        'orders': 'select distinct order_id',
        'payments': 'select order_id, sum(amount + freight) as payment_value',
        'reviews': 'select distinct order_id'
    }.items() %}
        {%- set needed = {
            'customers': 'customer_id', 'payments': 'payment_type',
            'reviews': 'review_score'
        } %}
        {%- set query = distinct ~ ' from ' ~ lines ~ ' where order_id is not null and '
            ~ needed.get(name, 'order_id') ~ ' is not null'
            ~ (' group by order_id, payment_type' if name == 'payments' else '') %}
        {%- do rows_of.update({
            name: inputs[name].rows if inputs[name].columns
            else '(' ~ query ~ ') as of_lines'
        }) %}
    {%- endfor %}
    {%- do sources.update({
        'lines': (lines, {'lines': '1'}),
        'customers': (rows_of.customers, {'customers': '1'}),
        'orders': (rows_of.orders, {'orders': '1'}),
        'order_items': (
            '(select * from ' ~ lines ~ ' where amount is not null) as items',
            {
                'items': item_count('quantity'), 'price': 'amount', 'freight': 'freight'
            }
        ),
        'order_payments': (
            rows_of.payments, {'payments': '1', 'payment_value': 'payment_value'}
        ),
        'order_reviews': (rows_of.reviews, {'reviews': '1'})
    }) %}
{%- endif %}

with {% for source, (rows, measures) in sources.items() -%}
    {{ source }} as (

        select
            count(*) as row_count
            {%- for measure, amount in measures.items() %},
            sum(cast({{ amount }} as decimal(18, 2))) as {{ measure }}
            {%- endfor %}
        from {{ rows }}

    ),

{% endfor %}
totals as (

    {% for source, (rows, measures) in sources.items() -%}
        {%- set last_source = loop.last %}
        {%- for measure in measures %}
            select
                '{{ measure }}' as measure,
                '{{ source }}' as source,
                row_count,
                {{ measure }} as amount
            from {{ source }}
            {{ 'union all' if not (last_source and loop.last) }}
        {% endfor %}
    {%- else %}
        select
            cast(null as string) as measure,
            cast(null as string) as source,
            cast(null as bigint) as row_count,
            cast(null as decimal(18, 2)) as amount
        where false
    {%- endfor %}

),

typed as (

    select
        measure,

        source,

        cast(row_count as bigint) as row_count,
        cast(coalesce(amount, 0) as decimal(18, 2)) as amount

    from totals

)

select * from typed
