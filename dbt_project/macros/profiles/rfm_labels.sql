{# RFM scores and the segment that they give: one row per customer. #}
{% macro rfm_labels(customers, drawn, day=none) -%}
    {%- set names = [
        'Champions', 'Repeat buyers to win back', 'New big spenders', 'New customers',
        'Fading big spenders', 'Fading customers', 'Lost big spenders', 'Lost customers'
    ] -%}
    with bounds as (

        select
            {%- if day %}
            {{ day }},
            {%- endif %}
            {% for quintile in [1, 2, 3, 4] -%}
                percentile_cont({{ quintile / 5 }}) within group (
                    order by cast(recency_days as double)
                ) as recency_{{ quintile }},
                percentile_cont({{ quintile / 5 }}) within group (
                    order by cast(total_spend as double)
                ) as spend_{{ quintile }}{{ ',' if not loop.last }}
            {% endfor %}
        from {{ drawn }}
        {%- if day %}
        group by {{ day }}
        {%- endif %}

    ),

    scored as (

        select
            {%- if day %}
            customers.{{ day }},
            {%- endif %}
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
        {%- if day %}
        inner join bounds
            on customers.{{ day }} = bounds.{{ day }}
        {%- else %}
        cross join bounds
        {%- endif %}

    ),

    labelled as (

        select
            {%- if day %}
            {{ day }},
            {%- endif %}
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

    ),

    named as (

        select
            *,
            case rfm_segment_id
                {%- for name in names %}
                    when {{ loop.index }} then '{{ name | lower | replace(" ", "_") }}'
                {%- endfor %}
            end as rfm_segment_key,
            case rfm_segment_id
                {%- for name in names %}
                    when {{ loop.index }} then '{{ name }}'
                {%- endfor %}
            end as rfm_segment_name

        from labelled

    )

    select * from named
{%- endmacro %}
