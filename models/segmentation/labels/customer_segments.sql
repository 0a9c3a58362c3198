-- One row per eligible customer: the segment, how clearly the customer belongs to it,
-- and the features in their own units.

with assignments as (

    select * from {{ ref('int_segment_assignments') }}

),

certainties as (

    select * from {{ ref('int_segment_certainty') }}

),

names as (

    select * from {{ ref('int_segment_names') }}

),

features as (

    select * from {{ ref('customer_features') }}

),

as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

joined as (

    select
        assignments.customer_unique_id,
        assignments.segment_id,
        names.segment_key,
        assignments.runner_up_segment_id,
        assignments.model_id,

        names.segment_name,

        sqrt(assignments.squared_distance) as distance_to_centroid,
        assignments.silhouette,
        certainties.certainty,

        {% for name in numeric_columns('customer_features') -%}
            features.{{ name }},
        {% endfor %}
        as_of.as_of_date

    from assignments
    inner join names
        on assignments.segment_id = names.segment_id
    inner join features
        on assignments.customer_unique_id = features.customer_unique_id
    left join certainties
        on assignments.customer_unique_id = certainties.customer_unique_id
    cross join as_of

)

select * from joined
