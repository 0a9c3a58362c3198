"""The minimum of work: load, join, add up, and fit.

A plain DuckDB script reads the nine files and joins them, and scikit-learn's KMeans
runs with ten starts for k = 2 to 10 on the same customers. No dbt, tests, scores or
labels.
"""

import argparse
import json
import time
from pathlib import Path

import duckdb
import numpy as np
from sklearn.cluster import KMeans

FILES = {
    "orders": "olist_orders_dataset",
    "customers": "olist_customers_dataset",
    "items": "olist_order_items_dataset",
    "payments": "olist_order_payments_dataset",
    "reviews": "olist_order_reviews_dataset",
    "products": "olist_products_dataset",
    "sellers": "olist_sellers_dataset",
    "geolocation": "olist_geolocation_dataset",
    "translations": "product_category_name_translation",
}
QUERIES = """
create table places as
select
    geolocation_zip_code_prefix as prefix,
    median(geolocation_lat) as latitude,
    median(geolocation_lng) as longitude
from geolocation group by 1;

create table orders_ as
select
    orders.*, customer_unique_id, customer_zip_code_prefix as prefix, spend,
    installments, score
from orders
join customers using (customer_id)
left join (
    select order_id, sum(price + freight_value) as spend from items group by 1
) using (order_id)
left join (
    select order_id, max(payment_installments) as installments, sum(payment_value)
    from payments group by 1
) using (order_id)
left join (
    select order_id, max_by(review_score, review_answer_timestamp) as score
    from reviews group by 1
) using (order_id);

create table lines as
select
    orders_.*, items.* exclude (order_id), products.* exclude (product_id),
    product_category_name_english, home.latitude, home.longitude,
    shop.latitude as seller_latitude, shop.longitude as seller_longitude
from orders_
left join items using (order_id)
left join products using (product_id)
left join translations using (product_category_name)
left join sellers using (seller_id)
left join places as home on orders_.prefix = home.prefix
left join places as shop on seller_zip_code_prefix = shop.prefix;

create table people as
select
    customer_unique_id,
    date_diff('day', max(order_purchase_timestamp), (
        select max(order_purchase_timestamp) from orders
    ))::double as recency,
    ln(1 + count(*)) as orders,
    ln(1 + sum(spend)) as spend,
    coalesce(avg(score), 5) as review,
    ln(1 + coalesce(avg(installments), 1)) as installments,
    coalesce(avg(epoch(
        order_delivered_customer_date - order_estimated_delivery_date
    )) / 86400, 0) as delay
from orders_ where order_status = 'delivered' and spend is not null group by 1
"""


def main() -> None:
    """Run everything; print the seconds of both parts as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("database", type=Path)
    options = parser.parse_args()
    start = time.perf_counter()
    connection = duckdb.connect(str(options.database))
    for table, file in FILES.items():
        path = str(options.folder / f"{file}.csv").replace("'", "''")
        connection.execute(f"create table {table} as from read_csv('{path}')")
    connection.execute(QUERIES)
    columns = connection.sql(
        "select * exclude (customer_unique_id) from people order by customer_unique_id"
    ).fetchnumpy()
    loaded = time.perf_counter()
    points = np.column_stack(list(columns.values()))
    points = (points - points.mean(axis=0)) / points.std(axis=0)
    for k in range(2, 11):
        KMeans(k, n_init=10, random_state=42).fit(points)
    seconds = {
        "load, join, add up": loaded - start,
        "fit": time.perf_counter() - loaded,
    }
    print(json.dumps({"customers": len(points), "seconds": seconds}))


if __name__ == "__main__":
    main()
