{# Customers, orders, lines and revenue of every segment by columns of int_segment_lines. #}
{% macro segment_breakdown(columns, unit, named=none) -%}
    {%- set by = columns | join(', ') -%}
    {#- The codes of another shop mean something else: AL is not Alagoas in the US. -#}
    {%- set has_names = named and shop() == 'olist' -%}
    with lines as (

        select * from {{ ref('int_segment_lines') }}

    ),

    segments as (

        select * from {{ ref('segments') }}

    ),

    counted as (

        select
            segment_id,
            {{ by }},
            count(distinct case when not is_return then customer_unique_id end)
                as customer_count,
            count(distinct case when not is_return then order_id end) as order_count,
            count(*) filter (where not is_return) as line_count,
            sum(revenue) as revenue

        from lines
        group by segment_id, {{ by }}

    ),

    totalled as (

        select
            *,
            sum({{ unit }}) over (partition by segment_id) as of_segment,
            sum({{ unit }}) over (partition by {{ by }}) as of_value,
            sum({{ unit }}) over () as of_all

        from counted

    ),

    shared as (

        select
            *,
            cast({{ unit }} as double) / of_segment as share_of_segment,
            cast(of_value as double) / of_all as share_of_all

        from totalled

    ),

    joined as (

        select
            shared.segment_id,
            segments.segment_key,

            segments.segment_name,
            {% for column in columns -%}
                shared.{{ column }},
            {% endfor -%}
            {% if has_names -%}
                coalesce(names.name, replace(shared.{{ named }}, '_', ' '))
                    as {{ named }}_name,
            {%- elif named -%}
                replace(shared.{{ named }}, '_', ' ') as {{ named }}_name,
            {%- endif %}
            shared.customer_count,
            shared.order_count,
            shared.line_count,
            cast(shared.revenue as decimal(18, 2)) as revenue,
            shared.share_of_segment,
            shared.share_of_all,
            coalesce(
                round(
                    100 * shared.share_of_segment / nullif(shared.share_of_all, 0), 1
                ), 100
            ) as index_vs_all,
            {{ z_score(
                'shared.' ~ unit, 'shared.of_segment', 'shared.of_value',
                'shared.of_all'
            ) }} as z_score,
            {{ is_beyond_chance(
                'shared.' ~ unit, 'shared.of_segment', 'shared.of_value',
                'shared.of_all'
            ) }} as is_beyond_chance

        from shared
        inner join segments
            on shared.segment_id = segments.segment_id
        {%- if has_names %}
        left join {{ ref('olist_names') }} as names
            on names.kind = '{{ named }}' and shared.{{ named }} = names.code
        {%- endif %}

    )

    select * from joined
{%- endmacro %}
