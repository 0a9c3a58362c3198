{% snapshot customer_segment_history %}

    -- One row per customer and stay in a segment under one name, number and model,
    -- dated by the as-of dates of builds. A build as of a day before the last change
    -- in it adds nothing, and says so.

    {{
        config(
            schema='intermediate',
            unique_key='customer_unique_id',
            strategy='check',
            check_cols=['segment_name', 'segment_key', 'segment_id', 'model_id'],
            updated_at='as_of_at'
        )
    }}

    {%- set known = load_cached_relation(this) if execute %}

    with labelled as (

        select * from {{ ref('customer_segments') }}

    ),

    as_of as (

        select cast(as_of_date as timestamp) as as_of_at from {{ ref('int_as_of') }}

    ),

    everybody as (

        select
            labelled.customer_unique_id,
            labelled.segment_id,
            labelled.segment_key,
            labelled.segment_name,
            labelled.model_id,
            as_of.as_of_at
        from labelled
        cross join as_of
        {% if known %}
            union all
            select
                known.customer_unique_id,
                null as segment_id,
                null as segment_key,
                null as segment_name,
                null as model_id,
                as_of.as_of_at
            from {{ known }} as known
            cross join as_of
            left join labelled
                on known.customer_unique_id = labelled.customer_unique_id
            where
                known.dbt_valid_to is null
                and labelled.customer_unique_id is null
        {% endif %}

    )

    select * from everybody
    {% if known %}
        where
            as_of_at >= coalesce(
                (select max(known.dbt_valid_from) from {{ known }} as known), as_of_at
            )
    {% endif %}

{% endsnapshot %}
