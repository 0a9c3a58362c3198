{# Order lines that add up to the totals of their orders. #}
{% macro spread_totals(lines, given) -%}
    {%- set goods = 'cast(total - shipping as double) * cast(' -%}
    {%- set order_by = ['list_price'] -%}
    {%- for name in ['product_id', 'quantity', 'category', 'seller_id'] if name in given -%}
        {%- do order_by.append(name ~ ' nulls last') -%}
    {%- endfor -%}
    {%- set lines_so_far -%}
        partition by order_id order by {{ order_by | join(', ') }}
        rows between unbounded preceding and current row
    {%- endset -%}
    (
        select
            {%- for name in given if name not in ('amount', 'freight') %}
            {{ name }},
            {%- endfor %}
            {% if 'order_freight' in given -%}
                case
                    when total is null then list_price
                    when all_prices = 0 then case when line_in_order = 1 then total - shipping else 0 end
                    {#- The difference of rounded sums: no cent is lost. #}
                    else
                        {{ rounded_ratio(goods ~ 'prices_so_far as double)', 'all_prices', 18, 2) }}
                        - {{ rounded_ratio(
                            goods ~ 'prices_so_far - list_price as double)', 'all_prices', 18, 2
                        ) }}
                end as amount,
                case when line_in_order = 1 then shipping else 0 end as freight
            {%- else -%}
                list_price as amount,
                case when line_in_order = 1 then total - all_prices else 0 end as freight
            {%- endif %}
        from (
            select
                *,
                sum(list_price) over (partition by order_id) as all_prices,
                sum(list_price) over ({{ lines_so_far }}) as prices_so_far,
                row_number() over ({{ lines_so_far }}) as line_in_order
            from (
                select
                    *,
                    {{ line_amount(given) }} as list_price,
                    case
                        when order_id is not null
                            then try_cast(order_total as decimal(18, 6))
                    end as total,
                    {% if 'order_freight' in given -%}
                        coalesce(try_cast(order_freight as decimal(18, 6)), 0)
                    {%- else -%}
                        0
                    {%- endif %} as shipping
                from {{ lines }}
            ) as priced
        ) as numbered
    ) as spread_totals
{%- endmacro %}
