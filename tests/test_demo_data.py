"""The demo data have the published form, the real shapes and the real defects.

Every property is computed by the same SQL from the demo data and, where the
environment variable OLIST_REAL_DIR names the folder of the nine real files, from those:
a check that the real data fail is a wrong check.
"""

import csv
import hashlib
import os
from pathlib import Path

import duckdb
import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score, silhouette_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from olist_segments.demo_data import FILES, MIN_ORDERS, write_demo_data

PUBLISHED_COLUMNS = {
    "customers": [
        "customer_id",
        "customer_unique_id",
        "customer_zip_code_prefix",
        "customer_city",
        "customer_state",
    ],
    "geolocation": [
        "geolocation_zip_code_prefix",
        "geolocation_lat",
        "geolocation_lng",
        "geolocation_city",
        "geolocation_state",
    ],
    "items": [
        "order_id",
        "order_item_id",
        "product_id",
        "seller_id",
        "shipping_limit_date",
        "price",
        "freight_value",
    ],
    "payments": [
        "order_id",
        "payment_sequential",
        "payment_type",
        "payment_installments",
        "payment_value",
    ],
    "reviews": [
        "review_id",
        "order_id",
        "review_score",
        "review_comment_title",
        "review_comment_message",
        "review_creation_date",
        "review_answer_timestamp",
    ],
    "orders": [
        "order_id",
        "customer_id",
        "order_status",
        "order_purchase_timestamp",
        "order_approved_at",
        "order_delivered_carrier_date",
        "order_delivered_customer_date",
        "order_estimated_delivery_date",
    ],
    "products": [
        "product_id",
        "product_category_name",
        "product_name_lenght",
        "product_description_lenght",
        "product_photos_qty",
        "product_weight_g",
        "product_length_cm",
        "product_height_cm",
        "product_width_cm",
    ],
    "sellers": [
        "seller_id",
        "seller_zip_code_prefix",
        "seller_city",
        "seller_state",
    ],
    "translation": ["product_category_name", "product_category_name_english"],
}
REAL_ORDERS_PER_MONTH = {
    "2016-09": 4, "2016-10": 324, "2016-12": 1, "2017-01": 800, "2017-02": 1780,
    "2017-03": 2682, "2017-04": 2404, "2017-05": 3700, "2017-06": 3245,
    "2017-07": 4026, "2017-08": 4331, "2017-09": 4285, "2017-10": 4631,
    "2017-11": 7544, "2017-12": 5673, "2018-01": 7269, "2018-02": 6728,
    "2018-03": 7211, "2018-04": 6939, "2018-05": 6873, "2018-06": 6167,
    "2018-07": 6292, "2018-08": 6512, "2018-09": 16, "2018-10": 4,
}  # fmt: skip


def load(folder: Path) -> duckdb.DuckDBPyConnection:
    """Read the nine files as text and prepare one row per order and per person."""
    connection = duckdb.connect()
    for table, name in FILES.items():
        connection.execute(
            f"create table {table} as select * from read_csv('{folder / name}', "
            "header = true, quote = '\"', escape = '\"', all_varchar = true)"
        )
    connection.execute(
        """
        create table facts as
        with lines as (
            select
                order_id,
                count(*) as lines,
                sum(price::double) as price,
                sum(price::double + freight_value::double) as value,
                any_value(seller_state) as seller_state,
                any_value(product_category_name) as category
            from items join sellers using (seller_id) join products using (product_id)
            group by all
        ),
        paid as (
            select
                order_id,
                count(*) as payment_rows,
                sum(payment_value::double) as paid,
                max(payment_installments::int) as installments,
                max((payment_type = 'credit_card')::int) as by_card
            from payments group by all
        ),
        scored as (
            select order_id, avg(review_score::int) as score from reviews group by all
        )
        select
            order_id,
            customer_unique_id as person,
            customer_state as state,
            order_status as status,
            order_purchase_timestamp::timestamp as bought,
            order_approved_at::timestamp as approved,
            order_delivered_carrier_date::timestamp as carried,
            order_delivered_customer_date::timestamp as delivered,
            order_estimated_delivery_date::timestamp as estimated,
            delivered > estimated as is_late,
            coalesce(lines, 0) as lines,
            price,
            value,
            seller_state,
            category,
            payment_rows,
            paid,
            installments,
            by_card,
            score
        from orders
        join customers using (customer_id)
        left join lines using (order_id)
        left join paid using (order_id)
        left join scored using (order_id);

        create table people as
        select
            person,
            count(*) as orders,
            date_diff('day', max(bought)::date, date '2018-10-17') as recency,
            sum(value) as value
        from facts where status = 'delivered' group by person;
        """
    )
    return connection


def ask(connection, query: str) -> tuple:
    """Return the single row of a query."""
    (row,) = connection.sql(query).fetchall()
    return row


@pytest.fixture(scope="session")
def large_folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "large"
    write_demo_data(folder, orders=100_000)
    return folder


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "small"
    write_demo_data(folder, orders=5_000)
    return folder


@pytest.fixture(scope="session", params=["demo", "real"])
def shop(request) -> duckdb.DuckDBPyConnection:
    """100,000 demo orders, then the real data: both must lie within tolerance."""
    if request.param == "demo":
        return load(request.getfixturevalue("large_folder"))
    return load(_real_folder())


@pytest.fixture(scope="session", params=["demo", "real"])
def small_shop(request) -> duckdb.DuckDBPyConnection:
    """5,000 demo orders, then the real data: both must show every defect."""
    if request.param == "demo":
        return load(request.getfixturevalue("small_folder"))
    return load(_real_folder())


def _real_folder() -> Path:
    folder = os.environ.get("OLIST_REAL_DIR")
    if folder is None:
        pytest.skip("OLIST_REAL_DIR is unset: it names the folder of the real files")
    return Path(folder)
