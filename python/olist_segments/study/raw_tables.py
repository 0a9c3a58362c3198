"""Load the nine files and prepare them for calibration and comparison."""

from pathlib import Path

import duckdb

from olist_segments.demo.csv_files import FILES


def load_files(folder: Path) -> duckdb.DuckDBPyConnection:
    """Load the nine files into a database in memory.

    Parameters
    ----------
    folder : Path
        Folder that holds the nine CSV files, real or synthetic.

    Returns
    -------
    duckdb.DuckDBPyConnection
        The files as tables of text, by their names in `FILES`, and four tables made
        from them: places (one row per zip prefix), line_facts (order line), facts
        (order) and people (person with a delivered order that has items).

    Raises
    ------
    ValueError
        If one of the nine files is missing.
    """
    missing = [name for name in FILES.values() if not (folder / name).exists()]
    if missing:
        raise ValueError(f"{folder} lacks {', '.join(missing)}")
    connection = duckdb.connect()
    # One thread always adds in the same order: the same files give the same digits.
    connection.execute("set threads = 1")
    for table, name in FILES.items():
        connection.execute(
            f"create table {table} as select * from read_csv($path, header = true, "
            "quote = '\"', escape = '\"', all_varchar = true)",
            {"path": str(folder / name)},
        )
    connection.execute(_PREPARED)
    return connection


_PREPARED = """
create table places as
select
    geolocation_zip_code_prefix as prefix,
    median(geolocation_lat::double) as lat,
    median(geolocation_lng::double) as lng,
    mode(geolocation_state) as state,
    mode(strip_accents(geolocation_city)) as city
from geolocation
group by all;

create table line_facts as
select
    order_id,
    product_id,
    seller_id,
    price::double as price,
    freight_value::double as freight,
    product_category_name as category,
    product_weight_g::double as weight,
    seller_state,
    customer_state,
    2 * 6371 * asin(sqrt(
        pow(sin(radians(home.lat - shop.lat) / 2), 2)
        + cos(radians(home.lat)) * cos(radians(shop.lat))
        * pow(sin(radians(home.lng - shop.lng) / 2), 2)
    )) as distance
from items
join orders using (order_id)
join customers using (customer_id)
join sellers using (seller_id)
join products using (product_id)
left join places as home on home.prefix = customer_zip_code_prefix
left join places as shop on shop.prefix = seller_zip_code_prefix;

create table facts as
with lines as (
    select
        order_id,
        count(*) as lines,
        count(distinct product_id) as products,
        count(distinct seller_id) as sellers,
        sum(price) as price,
        sum(price + freight) as value,
        avg(distance) as distance
    from line_facts
    group by all
),
paid as (
    select
        order_id,
        count(*) as payment_rows,
        count(*) filter (payment_type = 'voucher') as vouchers,
        count(*) filter (payment_type = 'credit_card') as cards,
        sum(payment_value::double) as paid,
        max(payment_installments::int) as installments,
        arg_min(payment_type, payment_sequential::int) as first_type,
        string_agg(distinct payment_type, '+' order by payment_type) as types
    from payments
    group by all
),
scored as (
    -- The score answered last; of two at once, the lower.
    select
        order_id,
        arg_max(review_score::int, (review_answer_timestamp, 5 - review_score::int))
            as score
    from reviews
    group by all
)
select
    orders.order_id,
    customer_unique_id as person,
    customer_state as state,
    order_status as status,
    order_purchase_timestamp::timestamp as bought,
    order_approved_at::timestamp as approved,
    order_delivered_carrier_date::timestamp as carried,
    order_delivered_customer_date::timestamp as delivered,
    order_estimated_delivery_date::timestamp as estimated,
    coalesce(lines, 0) as lines,
    products,
    sellers,
    value,
    distance,
    payment_rows,
    vouchers,
    cards,
    paid,
    installments,
    score,
    first_type,
    types,
    strftime(bought, '%Y-%m') as month
from orders
join customers using (customer_id)
left join lines using (order_id)
left join paid using (order_id)
left join scored using (order_id);

-- The six default features.
create table people as
select
    person,
    date_diff(
        'day', max(bought)::date, (select max(bought)::date from facts)
    ) as recency_days,
    count(*) as order_count,
    sum(value) as total_spend,
    avg(score) as review_score,
    avg(installments) as installments,
    avg(epoch(delivered - estimated)) / 86400 as delivery_delay_days
from facts
where status = 'delivered' and lines > 0
group by person;
"""
