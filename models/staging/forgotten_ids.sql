-- One row per kind and salted hash of an id of a forgotten customer. Staging leaves out
-- the rows with such an id; without a list of forgotten customers there are none.

{%- set is_olist = shop() == 'olist' %}
{%- set nodes = graph.get('nodes', {}) if execute else {} %}
{%- if is_olist and (forgotten_list() or not execute) %}
    {%- set customers = read_raw(source('olist', 'customers')) %}
    {%- set orders = [read_raw(source('olist', 'orders'))] %}
{%- elif forgotten_list() or not execute %}
    {%- set customers = input(
        'customers', node=nodes['model.olist_segments.stg_customers']
    ).rows %}
    {%- set orders = [
        input('orders', node=nodes['model.olist_segments.stg_orders']).rows,
        input('order_lines', node=nodes['model.olist_segments.stg_lines']).rows
    ] %}
{%- endif %}

{% if forgotten_list() -%}
    with forgotten as (

        select * from {{ read_forgotten_list() }}

    ),

    customers as (

        select
            customer_id,
            coalesce(customer_unique_id, customer_id) as customer_unique_id
        from {{ customers }}

    ),

    orders as (

        {% for rows in orders -%}
            select
                order_id,
                customer_id
            from {{ rows }}
            {{ 'union' if not loop.last }}
        {% endfor %}

    ),

    -- Who the person is, as the model orders decides it.
    persons as (

        select
            customer_unique_id as person,
            customer_id,
            cast(null as string) as order_id
        from customers
        union all
        select
            coalesce(
                customers.customer_unique_id, orders.customer_id
                {{ ', orders.order_id' if is_olist }}
            ) as person,
            orders.customer_id,
            orders.order_id
        from orders
        left join customers
            on orders.customer_id = customers.customer_id

    ),

    found as (

        select * from persons
        where {{ salted_hash('person') }} in (select key_hash from forgotten)

    ),

    ids as (

        select
            'person' as kind,
            key_hash as id_hash
        from forgotten
        union
        select
            'customer' as kind,
            {{ salted_hash('customer_id') }} as id_hash
        from found
        where customer_id is not null
        union
        select
            'order' as kind,
            {{ salted_hash('order_id') }} as id_hash
        from found
        where order_id is not null

    )

    select * from ids
{%- else -%}
    select
        cast(null as string) as kind,
        cast(null as string) as id_hash
    where false
{%- endif %}
