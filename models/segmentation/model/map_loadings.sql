-- One row per axis of the customer map and feature: its weight on the axis.

with axes as (

    select * from {{ ref('int_map_axes') }}

),

typed as (

    select
        cast(axis as string) as axis,
        cast(feature as string) as feature,

        cast(loading as double) as loading

    from axes

)

select * from typed
