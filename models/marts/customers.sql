-- One row per person (customer_unique_id). order_count, total_spend and the means
-- count delivered orders with items; columns that begin with placed_ count all.

{%- set is_net = shop_settings().returns == 'net' %}

with orders as (

    select
        *,
        is_delivered and has_items as is_counted,
        is_return and {{ is_net }} as lowers_spend,
        row_number() over (
            partition by customer_unique_id
            order by purchased_at desc, order_id asc
        ) as orders_back

    from {{ ref('orders') }}

),

lines as (

    select
        customer_unique_id,

        count(distinct category_english) as category_count,
        {{ exact_mean('distance_km') }} as distance_km,

        {# Some shops give back a part of an order without another order. -#}
        max(case when price < 0 then 1 else 0 end) = 1 as has_returns

    from {{ ref('order_lines') }}
    where is_delivered and has_item
    group by customer_unique_id

),

per_customer as (

    select
        customer_unique_id,

        max(
            case when orders_back = 1 then customer_zip_code_prefix end
        ) as zip_code_prefix,
        max(case when orders_back = 1 then customer_city end) as city,
        max(case when orders_back = 1 then customer_state end) as state,

        count(*) filter (where not is_return) as placed_order_count,
        count(*) filter (
            where {{ has_status('order_status', 'canceled') }} and not is_return
        ) as canceled_order_count,
        sum(price_total) as placed_price_total,
        sum(freight_total) as placed_freight_total,
        sum(payment_total) as placed_payment_total,
        count(*) filter (where is_counted) as order_count,
        sum(item_count) filter (where is_counted) as item_count,
        sum(order_total) filter (where is_counted or lowers_spend) as total_spend,
        sum(freight_total) filter (where is_counted or lowers_spend) as total_freight,
        {{ exact_mean('review_score', 'is_counted') }} as review_score,
        {{ exact_mean('installments', 'is_counted') }} as installments,
        {{ exact_mean('delivery_days', 'is_counted') }} as delivery_days,
        {{ exact_mean('delivery_delay_days', 'is_counted') }} as delivery_delay_days,
        count(*) filter (where is_counted and is_late) as late_order_count,

        max(case when is_delivered then 1 else 0 end) = 1 as has_delivered_order,
        max(case when is_return then 1 else 0 end) = 1 as has_returns,

        min(purchased_at) filter (where is_counted) as first_purchased_at,
        max(purchased_at) filter (where is_counted) as last_purchased_at

    from orders
    group by customer_unique_id

),

joined as (

    select
        per_customer.customer_unique_id,

        per_customer.zip_code_prefix,
        per_customer.city,
        per_customer.state,

        per_customer.placed_order_count,
        per_customer.canceled_order_count,
        cast(per_customer.placed_price_total as decimal(18, 2)) as placed_price_total,
        cast(
            per_customer.placed_freight_total as decimal(18, 2)
        ) as placed_freight_total,
        cast(
            per_customer.placed_payment_total as decimal(18, 2)
        ) as placed_payment_total,
        per_customer.order_count,
        cast(coalesce(per_customer.item_count, 0) as bigint) as item_count,
        coalesce(lines.category_count, 0) as category_count,
        cast(coalesce(per_customer.total_spend, 0) as decimal(18, 2)) as total_spend,
        cast(
            coalesce(per_customer.total_freight, 0) as decimal(18, 2)
        ) as total_freight,
        per_customer.review_score,
        per_customer.installments,
        per_customer.delivery_days,
        per_customer.delivery_delay_days,
        per_customer.late_order_count,
        lines.distance_km,

        per_customer.has_delivered_order,
        per_customer.has_returns or coalesce(lines.has_returns, false) as has_returns,
        per_customer.order_count > 0
        and (
            per_customer.total_spend > 0
            or not {{ is_net }}
            or not (per_customer.has_returns or coalesce(lines.has_returns, false))
        ) as is_eligible,

        per_customer.first_purchased_at,
        per_customer.last_purchased_at

    from per_customer
    left join lines
        on per_customer.customer_unique_id = lines.customer_unique_id

)

select * from joined

-- Where the data have too many defects, data_quality stops the build.
-- depends_on: {{ ref('data_quality') }}
