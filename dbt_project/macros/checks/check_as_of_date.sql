{# Stops a build with one sentence if no order has a date. #}
{% macro check_as_of_date() -%}
    {%- if execute and run_query('select as_of_date from ' ~ this).rows[0][0] is none -%}
        {{ exceptions.raise_compiler_error(
            'no order has a purchase date between 1900 and 2199: look at '
            ~ 'order_purchase_timestamp in ' ~ graph.sources['source.olist_segments.olist.orders'].meta.file
        ) }}
    {%- endif -%}
{%- endmacro %}
