-- One row per line of a raw file that could not be read: it is in no other table.

{%- set sources = (['lines'] if shop() != 'olist' else []) + [
    'category_translations', 'customers', 'geolocation', 'order_items',
    'order_payments', 'order_reviews', 'orders', 'products', 'sellers'
] %}

-- depends_on: {{ ref('forgotten_totals') }}
with lines as (

    {% for source in sources %}
        select
            source,
            file,
            line_number,
            line_count,
            column_name,
            reason,
            raw_line
        from {{ rejects_of(ref('stg_' ~ source)) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

typed as (

    select
        source,

        cast(file as string) as file,
        cast(column_name as string) as column_name,
        cast(reason as string) as reason,
        cast(raw_line as string) as raw_line,

        cast(line_number as bigint) as line_number,
        cast(line_count as bigint) as line_count

    from lines

)

select * from typed
