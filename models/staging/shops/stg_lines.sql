-- One row per line of the shop's order lines that can be read: a product of an order,
-- or a return. All other staging models of a shop take from it what the shop has no
-- table for.

{{ config(enabled=shop() != 'olist') }}

{%- set order_lines = input('order_lines', ref('forgotten_ids')) %}

with completed as (

    select * from {{ completed_lines(order_lines) }}

),

flagged as (

    select
        *,
        coalesce(quantity < 0 or amount < 0, false) as is_return,
        {{ 'order_id' in order_lines.columns }} as has_order_id

    from completed

)

select * from flagged
