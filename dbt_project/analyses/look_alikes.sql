-- Who is most like a given customer, by the features that segments are made of?

with scaled as (

    select * from {{ ref('int_scaled_features') }}

),

asked as (

    select * from scaled
    where customer_unique_id = {{ asked_customer() }}

),

compared as (

    select
        scaled.customer_unique_id,
        {{ squared_distance('scaled', 'asked') | indent(8) }} as squared_distance
    from scaled
    cross join asked
    where scaled.customer_unique_id != asked.customer_unique_id

)

select
    members.customer_unique_id,
    members.segment_key,
    round(members.silhouette, 3) as silhouette,
    round(sqrt(compared.squared_distance), 4) as distance,
    members.total_spend,
    members.order_count,
    members.recency_days,
    round(members.review_score, 2) as review_score,
    round(members.installments, 2) as installments,
    round(members.delivery_delay_days, 1) as delivery_delay_days
from compared
inner join {{ ref('customer_segments') }} as members
    on compared.customer_unique_id = members.customer_unique_id
order by compared.squared_distance asc, members.customer_unique_id asc
limit {{ asked_number('neighbours', 100) }}
