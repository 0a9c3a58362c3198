-- How strongly are segments, and other things that have names rather than numbers,
-- associated with each other?

{% set names = ['segment', 'state', 'city', 'category', 'payment_type'] -%}
{% set pairs = [] -%}
{% for name in names -%}
    {% for other in names[loop.index:] -%}
        {% do pairs.append((name, other)) %}
    {%- endfor %}
{%- endfor -%}

with lines as (

    select
        segment_id as segment,
        state,
        -- a name of a city can occur in several states
        case when city <> 'unknown' then concat(state, ' ', city) end as city,
        category,
        payment_type
    from {{ ref('int_segment_lines') }}

),

cells as (

    {% for name, other in pairs -%}
        select
            '{{ name }}' as variable,
            '{{ other }}' as other_variable,
            cast({{ name }} as string) as variable_value,
            cast({{ other }} as string) as other_value,
            cast(count(*) as double) as line_count
        from lines
        where {{ name }} is not null and {{ other }} is not null
        group by {{ name }}, {{ other }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

with_margins as (

    select
        *,
        sum(line_count) over (
            partition by variable, other_variable, variable_value
        ) as row_count,
        sum(line_count) over (
            partition by variable, other_variable, other_value
        ) as column_count
    from cells

),

measured as (

    select
        variable,
        other_variable,
        count(distinct variable_value) as value_count,
        count(distinct other_value) as other_value_count,
        sum(line_count) as line_count,
        {{ exact_sum('line_count * line_count / (row_count * column_count)') }} - 1
            as phi_squared
    from with_margins
    group by variable, other_variable

),

-- What independent variables with as many values would show by chance is taken off
-- (Bergsma 2013, A bias-correction for Cramer's V and Tschuprow's T).
corrected as (

    select
        *,
        greatest(
            phi_squared
            - (value_count - 1) * (other_value_count - 1) / (line_count - 1), 0
        ) as corrected_phi_squared,
        least(
            value_count - 1 - power(value_count - 1, 2) / (line_count - 1),
            other_value_count - 1 - power(other_value_count - 1, 2) / (line_count - 1)
        ) as most
    from measured

)

select
    case
        when corrected.variable = 'state' then shop.region_kind
        else corrected.variable
    end as variable,
    case
        when corrected.other_variable = 'state' then shop.region_kind
        else corrected.other_variable
    end as other_variable,
    corrected.value_count,
    corrected.other_value_count,
    case
        when corrected.most > 0
            then
                round(
                    least(
                        sqrt(corrected.corrected_phi_squared / corrected.most), 1
                    ),
                    3
                )
    end as cramers_v
from corrected
cross join {{ ref('shop') }} as shop
-- what is the same everywhere, or not known at all, is associated with nothing
where corrected.value_count > 1 and corrected.other_value_count > 1
order by cramers_v desc nulls last, variable asc, other_variable asc
