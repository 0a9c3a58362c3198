{# Stops a build with one sentence if nobody can be labelled as of the as-of date. #}
{% macro check_as_of_date() -%}
    {%- if execute -%}
        {%- set allowed = var('max_days_after_last_order') -%}
        {%- set day, last, first, is_too_early, days_after_last = run_query(
            'select as_of_date, last_order_date, first_delivery_date, '
            ~ 'as_of_date < first_delivery_date, '
            ~ days_between('last_order_date', 'as_of_date') ~ ' from ' ~ this
        ).rows[0].values() -%}
        {%- set file = (
            graph.sources['source.olist_segments.olist.orders'].meta.file
            if shop() == 'olist' else 'the tables of ' ~ shop()
        ) -%}
        {%- if last is none -%}
            {{ exceptions.raise_compiler_error(
                'no order has a purchase date between 1900 and 2199: look at '
                ~ 'order_purchase_timestamp in ' ~ file
            ) }}
        {%- elif first is none -%}
            {{ exceptions.raise_compiler_error(
                'no order with items is delivered, so nobody can have a segment: look '
                ~ 'at order_status in ' ~ file
            ) }}
        {%- elif is_too_early -%}
            {{ exceptions.raise_compiler_error(
                'the as-of date is ' ~ day ~ ', but nobody has a segment before '
                ~ first ~ ', the day of the first delivery: set as_of_date to that '
                ~ 'day or a later one'
            ) }}
        {%- elif days_after_last > allowed | int -%}
            {{ exceptions.raise_compiler_error(
                'the as-of date is ' ~ day ~ ', but the last order was placed on '
                ~ last ~ ': correct as_of_date, or raise max_days_after_last_order, '
                ~ 'which allows ' ~ allowed ~ ' days'
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
