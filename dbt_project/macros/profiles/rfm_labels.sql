{# RFM scores and the segment that they give: one row per customer. #}
{% macro rfm_labels(customers, drawn) -%}
    with bounds as (

        select
            {% for quintile in [1, 2, 3, 4] -%}
                percentile_cont({{ quintile / 5 }}) within group (
                    order by cast(recency_days as double)
                ) as recency_{{ quintile }},
                percentile_cont({{ quintile / 5 }}) within group (
                    order by cast(total_spend as double)
                ) as spend_{{ quintile }}{{ ',' if not loop.last }}
            {% endfor %}
        from {{ drawn }}

    ),

    scored as (

        select
            customers.customer_unique_id,
            customers.recency_days,
            customers.order_count,
            customers.total_spend,
            case
                when customers.recency_days <= bounds.recency_1 then 5
                when customers.recency_days <= bounds.recency_2 then 4
                when customers.recency_days <= bounds.recency_3 then 3
                when customers.recency_days <= bounds.recency_4 then 2
                else 1
            end as recency_score,
            cast(least(customers.order_count, 5) as integer) as frequency_score,
            case
                when customers.total_spend <= bounds.spend_1 then 1
                when customers.total_spend <= bounds.spend_2 then 2
                when customers.total_spend <= bounds.spend_3 then 3
                when customers.total_spend <= bounds.spend_4 then 4
                else 5
            end as monetary_score

        from {{ customers }} as customers
        cross join bounds

    ),

    labelled as (

        select
            customer_unique_id,
            case
                when frequency_score >= 2 and recency_score >= 4 then 1
                when frequency_score >= 2 then 2
                when recency_score >= 4 and monetary_score >= 4 then 3
                when recency_score >= 4 then 4
                when recency_score >= 2 and monetary_score >= 4 then 5
                when recency_score >= 2 then 6
                when monetary_score >= 4 then 7
                else 8
            end as rfm_segment_id,
            recency_score,
            frequency_score,
            monetary_score,
            recency_days,
            order_count,
            total_spend

        from scored

    )

    select * from labelled
{%- endmacro %}
