-- One row per eligible customer, for campaign tools: the segment, since when, the
-- segment before, and the features. It has no names, no places and no text of reviews.
-- `make export` writes it, one file per segment.

{{ config(materialized='view') }}

with members as (

    select * from {{ ref('customer_segments') }}

),

changes as (

    select * from {{ ref('segment_changes') }}

),

joined as (

    select
        members.customer_unique_id,
        members.segment_key,
        changes.previous_segment_key,

        members.segment_name,
        changes.previous_segment_name,

        changes.entered_at,

        {% for name in numeric_columns('customer_features') -%}
            members.{{ name }},
        {% endfor %}
        members.as_of_date

    from members
    left join changes
        on
            members.customer_unique_id = changes.customer_unique_id
            and members.segment_key = changes.segment_key
            and members.as_of_date >= changes.entered_at
            and (
                changes.left_at is null or members.as_of_date < changes.left_at
            )

)

select * from joined
