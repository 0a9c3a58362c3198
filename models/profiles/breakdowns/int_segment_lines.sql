-- One row per delivered line of a customer who has a segment, for the breakdowns to
-- count; where returns lower the spend, their lines too.

with lines as (

    select * from {{ ref('order_lines') }}
    where
        has_item
        and (
            is_delivered
            {% if shop_settings().returns == 'net' -%}
                or is_return
            {%- endif %}
        )

),

customers as (

    select * from {{ ref('customers') }}

),

members as (

    select * from {{ ref('customer_segments') }}

),

joined as (

    select
        lines.order_id,
        lines.line_number,
        lines.customer_unique_id,
        members.segment_id,

        customers.state,
        customers.city,
        lines.main_payment_type as payment_type,
        lines.category_english as category,
        lines.price_band,

        lines.price_band_number,
        lines.is_return,
        lines.price + lines.freight as revenue,

        cast({{ dbt.date_trunc('month', 'lines.purchased_at') }} as date)
            as purchase_month

    from lines
    inner join members
        on lines.customer_unique_id = members.customer_unique_id
    inner join customers
        on lines.customer_unique_id = customers.customer_unique_id

)

select * from joined
