-- Who bought from one category and never from another?

with bought as (

    select
        customer_unique_id,
        category_english as category,
        count(distinct order_id) as order_count,
        max(purchased_at) as last_purchased_at
    from {{ ref('order_lines') }}
    where is_delivered and has_item
    group by customer_unique_id, category_english

),

-- The two categories, one row each.
wanted as (

    {{ asked_category('bought', rank=1) | indent(4) }}

),

unwanted as (

    {{ asked_category('never', rank=2) | indent(4) }}

)

select
    members.customer_unique_id,
    members.segment_key,
    bought.category as bought_category,
    bought.order_count as orders_with_it,
    cast(bought.last_purchased_at as date) as last_bought_date,
    unwanted.category as never_bought_category,
    members.total_spend,
    members.order_count,
    members.recency_days
from {{ ref('customer_segments') }} as members
inner join bought
    on members.customer_unique_id = bought.customer_unique_id
inner join wanted
    on bought.category = wanted.category
cross join unwanted
left join bought as other
    on
        members.customer_unique_id = other.customer_unique_id
        and unwanted.category = other.category
where other.category is null
order by members.total_spend desc, members.customer_unique_id asc
