{# Guests and returns where the settings refuse them, and ids that cannot be right. #}
{% macro problems_of_lines(lines, given) -%}
    {%- set settings = shop_settings() -%}
    {%- set problems = [] -%}
    {%- set is_guest = 'customer_id is null or ' ~ is_null_word('cast(customer_id as string)')
        if 'customer_id' in given else 'false' -%}
    {%- set negative = [] -%}
    {%- for name in ['quantity', 'amount', 'unit_price'] if name in given -%}
        {%- do negative.append('try_cast(' ~ name ~ ' as double) < 0') -%}
    {%- endfor -%}
    {%- set all, guests, returns = run_query(
        'select count(*), count(*) filter (where ' ~ is_guest ~ '), '
        ~ 'count(*) filter (where ' ~ negative | join(' or ') ~ ') from ' ~ lines
    ).rows[0].values() -%}
    {%- if guests == all and 'customer_id' in given -%}
        {%- do problems.append(mapped_from('customer_id') ~ ' is empty in all lines') -%}
    {%- elif guests and settings.guests == 'refuse' -%}
        {%- do problems.append(
            '{:,}'.format(guests) ~ ' of ' ~ '{:,}'.format(all) ~ ' lines have no customer ('
            ~ mapped_from('customer_id') ~ ' is empty): set guests to exclude, which '
            ~ 'leaves them out and counts them'
        ) -%}
    {%- endif -%}
    {%- if returns and settings.returns == 'refuse' -%}
        {%- do problems.append(
            '{:,}'.format(returns) ~ ' of ' ~ '{:,}'.format(all) ~ ' lines have a quantity '
            ~ 'or amount below 0: set returns to net, so that they lower the spend, or to '
            ~ 'cancel, so that they count as canceled orders'
        ) -%}
    {%- endif -%}
    {%- if 'order_id' in given and 'customer_id' in given -%}
        {%- set orders, shared = run_query(
            'select count(*), count(*) filter (where customers > 1) from (select order_id, '
            ~ 'count(distinct customer_id) as customers from ' ~ lines
            ~ ' where order_id is not null group by order_id) as orders'
        ).rows[0].values() -%}
        {%- if orders == 0 -%}
            {%- do problems.append(mapped_from('order_id') ~ ' is empty in all lines') -%}
        {%- elif shared > var('max_defect_share') | float * orders -%}
            {%- do problems.append(
                '{:,}'.format(shared) ~ ' of ' ~ '{:,}'.format(orders) ~ ' orders have '
                ~ 'several customers: ' ~ mapped_from('order_id') ~ ' does not identify an '
                ~ 'order'
            ) -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}
