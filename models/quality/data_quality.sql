-- One row per check of the raw data: what it looks for, how many rows it found, and
-- what was done about them.

with checks as (

    {% for check in model.config.meta.checks %}
        select
            '{{ check.name }}' as check_name,
            '{{ check.source }}' as source,
            '{{ check.stops_build }}' as stops_build,
            '{{ check.description | replace("'", "''") }}' as description,
            '{{ check.action | replace("'", "''") }}' as action
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

counts as (

    select * from {{ ref('int_row_checks') }}
    union all
    select * from {{ ref('int_key_checks') }}

),

joined as (

    select
        checks.check_name,

        checks.source,
        checks.description,
        checks.action,

        counts.rows_checked,
        counts.rows_affected,
        coalesce(
            cast(counts.rows_affected as double) / nullif(counts.rows_checked, 0), 0
        ) as share_affected,
        cast({{ var('max_defect_share') | float }} as double)
        * case checks.stops_build
            when 'any' then 0
            when 'share' then 1
            when 'tenfold' then 10
        end as share_allowed

    from checks
    left join counts
        on checks.check_name = counts.check_name

)

select * from joined
