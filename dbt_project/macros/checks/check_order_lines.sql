{# Stops a build before it begins if a shop's order lines cannot be used, with all reasons. #}
{% macro check_order_lines() -%}
    {%- set is_read = 'model.olist_segments.stg_lines' in selected_resources -%}
    {%- if execute and flags.WHICH in ('build', 'run') and is_read -%}
        {%- set rows = shop_table('order_lines') -%}
        {%- set given = run_query('select * from ' ~ rows ~ ' limit 0').column_names -%}
        {%- set problems = missing_inputs(given) -%}
        {%- if not problems -%}
            {%- set lines = 'order_lines_to_check' -%}
            {%- do run_query(
                'create or replace temporary '
                ~ ('view ' if target.type == 'spark' else 'table ') ~ lines ~ ' as select '
                ~ given | select('in', [
                    'order_id', 'customer_id', 'order_status', 'quantity', 'unit_price',
                    'amount', 'currency'
                ]) | join(', ') ~ ' from ' ~ rows
            ) -%}
            {%- do problems.extend(problems_of_currencies(lines, given)) -%}
            {%- do problems.extend(problems_of_statuses(lines, given)) -%}
            {%- do problems.extend(problems_of_lines(lines, given)) -%}
        {%- endif -%}
        {%- if problems -%}
            {{ exceptions.raise_compiler_error(
                'the order lines of ' ~ shop() ~ ' cannot be used:\n- '
                ~ problems | join('\n- ')
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
