{# Stops a build before it begins if a shop's order lines cannot be used, with all reasons. #}
{% macro check_order_lines() -%}
    {%- set is_read = 'model.olist_segments.stg_lines' in selected_resources -%}
    {%- if execute and flags.WHICH in ('build', 'run') and is_read -%}
        {%- set lines = shop_table('order_lines') -%}
        {%- set given = run_query('select * from ' ~ lines ~ ' limit 0').column_names -%}
        {%- set problems = missing_inputs(given) -%}
        {%- if not problems -%}
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

{# Which input columns the order lines lack, as sentences. #}
{% macro missing_inputs(given) -%}
    {%- set problems = [] -%}
    {%- set of_orders = context.get(shop() ~ '__orders') -%}
    {%- for name in ['customer_id', 'purchased_at'] if name not in given and not of_orders -%}
        {%- do problems.append('they have no column ' ~ name ~ ': ' ~ place_of_mapping()) -%}
    {%- endfor -%}
    {%- if 'amount' not in given and 'unit_price' not in given -%}
        {%- do problems.append(
            'they have neither amount nor unit_price: ' ~ place_of_mapping()
        ) -%}
    {%- endif -%}
    {%- set known = graph.nodes['model.olist_segments.stg_lines'].columns.keys() | list -%}
    {%- for name in given if name not in known and name not in ['raw_file', 'raw_record'] -%}
        {%- do problems.append(
            name ~ ' is no input column; they are ' ~ known
            | reject('in', ['is_return', 'has_null_word']) | join(', ')
        ) -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}

{# What to do about a missing input column. #}
{% macro place_of_mapping() -%}
    {{ return(
        'give it in the macro ' ~ shop() ~ '__order_lines'
        if context.get(shop() ~ '__order_lines')
        else 'map it under columns in the YAML of the shop'
    ) }}
{%- endmacro %}

{# The column of the shop that an input column is mapped from, if it is mapped. #}
{% macro mapped_from(name) -%}
    {%- set table = graph.sources.values() | selectattr('source_name', 'equalto', shop())
        | selectattr('name', 'equalto', 'order_lines') | first | default({}) -%}
    {{ return((table.get('meta', {}).get('columns') or {}).get(name, name)) }}
{%- endmacro %}

{# Amounts in several currencies, or in another one than the settings say. #}
{% macro problems_of_currencies(lines, given) -%}
    {%- if 'currency' not in given -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set found = run_query(
        'select upper(trim(currency)), count(*) from ' ~ lines ~ ' where not '
        ~ is_null_word('cast(currency as string)') ~ ' group by 1 order by 2 desc, 1'
    ).rows -%}
    {%- set code = shop_settings().currency.code | upper -%}
    {%- if found | length > 1 -%}
        {%- set named = [] -%}
        {%- for currency, count in found -%}
            {%- do named.append(currency ~ ' (' ~ '{:,}'.format(count) ~ ' lines)') -%}
        {%- endfor -%}
        {{ return([
            'their amounts have several currencies, ' ~ named | join(', ')
            ~ ': pick one with a filter in the meta of the table, such as filter: "'
            ~ mapped_from('currency') ~ " = '" ~ found[0][0] ~ "'\"" ~ ', or convert them'
        ]) }}
    {%- elif found and code and found[0][0] != code -%}
        {{ return([
            'their amounts are in ' ~ found[0][0] ~ ', but the setting currency says '
            ~ code
        ]) }}
    {%- endif -%}
    {{ return([]) }}
{%- endmacro %}

{# Statuses that no setting explains. Those that are neither counted nor canceled are said. #}
{% macro problems_of_statuses(lines, given) -%}
    {%- if 'order_status' not in given -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set settings = shop_settings() -%}
    {%- set named, unknown, counted = [], [], [] -%}
    {%- for status, count in run_query(
        "select coalesce(lower(trim(order_status)), ''), count(*) from " ~ lines
        ~ ' group by 1 order by 2 desc, 1'
    ).rows -%}
        {%- set text = (status or 'none') ~ ' (' ~ '{:,}'.format(count) ~ ' lines)' -%}
        {%- do named.append(text) -%}
        {%- if status in settings.statuses.counted -%}
            {%- do counted.append(text) -%}
        {%- elif status not in settings.statuses.known -%}
            {%- do unknown.append(text) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not settings.has_statuses or not counted -%}
        {{ return([
            mapped_from('order_status') ~ ' has ' ~ named[:20] | join(', ')
            ~ ': say in the settings of the shop which count and which mean canceled, '
            ~ 'statuses: {counted: [...], canceled: [...]}'
        ]) }}
    {%- elif unknown -%}
        {%- do exceptions.warn(
            mapped_from('order_status') ~ ' has statuses that the settings of the shop do '
            ~ 'not name, and that do not count: ' ~ unknown[:20] | join(', ') ~ '.'
        ) -%}
    {%- endif -%}
    {{ return([]) }}
{%- endmacro %}

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
