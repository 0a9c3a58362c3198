{# A category that a question takes as a variable, as a query. #}
{% macro asked_category(name, rank) -%}
    {%- set lines = ref('order_lines') -%}
    {%- set asked = var(name, '') | string -%}
    {%- set literal = "'" ~ asked | replace("'", "''") ~ "'" -%}
    {%- if not asked -%}
        select category from (
            select
                category_english as category,
                row_number() over (
                    order by count(distinct order_id) desc, category_english asc
                ) as category_rank
            from {{ lines }}
            where has_item
            group by category_english
        ) as ranked
        where category_rank = {{ rank }}
    {%- else -%}
        {%- if execute and not run_query(
            'select 1 from ' ~ lines ~ ' where category_english = ' ~ literal ~ ' limit 1'
        ).rows -%}
            {{ exceptions.raise_compiler_error(
                'variable ' ~ name ~ " is '" ~ asked
                ~ "': no order line has this category"
            ) }}
        {%- endif -%}
        select {{ literal }} as category
    {%- endif -%}
{%- endmacro %}
