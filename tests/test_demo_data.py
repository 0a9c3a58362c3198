"""The demo data have the published form, the real shapes and the real defects.

Every property is computed by the same SQL from the demo data and, if the environment
variable OLIST_REAL_DIR names the folder of the nine real files, from the real data: a
check that the real data fail is a wrong check.
"""

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest
from conftest import ROOT, rows, segments
from olist_segments.demo import (
    FILES,
    MIN_ORDERS,
    generator,
    load_parameters,
    write_demo_data,
)
from olist_segments.study.comparison import (
    FEATURES,
    MEASURES,
    load_comparison,
    measure,
    overlap,
)
from olist_segments.study.raw_tables import load_files
from sklearn.cluster import KMeans
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score, silhouette_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from bench import calibration

PUBLISHED_HEADERS = {
    "customers": b'"customer_id","customer_unique_id","customer_zip_code_prefix",'
    b'"customer_city","customer_state"\n',
    "geolocation": b'"geolocation_zip_code_prefix","geolocation_lat",'
    b'"geolocation_lng","geolocation_city","geolocation_state"\n',
    "items": b'"order_id","order_item_id","product_id","seller_id",'
    b'"shipping_limit_date","price","freight_value"\n',
    "payments": b'"order_id","payment_sequential","payment_type",'
    b'"payment_installments","payment_value"\n',
    "reviews": b"review_id,order_id,review_score,review_comment_title,"
    b"review_comment_message,review_creation_date,review_answer_timestamp\n",
    "orders": b'"order_id","customer_id","order_status","order_purchase_timestamp",'
    b'"order_approved_at","order_delivered_carrier_date",'
    b'"order_delivered_customer_date","order_estimated_delivery_date"\n',
    "products": b'"product_id","product_category_name","product_name_lenght",'
    b'"product_description_lenght","product_photos_qty","product_weight_g",'
    b'"product_length_cm","product_height_cm","product_width_cm"\n',
    "sellers": b'"seller_id","seller_zip_code_prefix","seller_city","seller_state"\n',
    "translation": b"\xef\xbb\xbfproduct_category_name,"
    b"product_category_name_english\r\n",
}
REAL_ORDERS_PER_MONTH = {
    "2016-09": 4, "2016-10": 324, "2016-12": 1, "2017-01": 800, "2017-02": 1780,
    "2017-03": 2682, "2017-04": 2404, "2017-05": 3700, "2017-06": 3245,
    "2017-07": 4026, "2017-08": 4331, "2017-09": 4285, "2017-10": 4631,
    "2017-11": 7544, "2017-12": 5673, "2018-01": 7269, "2018-02": 6728,
    "2018-03": 7211, "2018-04": 6939, "2018-05": 6873, "2018-06": 6167,
    "2018-07": 6292, "2018-08": 6512, "2018-09": 16, "2018-10": 4,
}  # fmt: skip

TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
MONEY = r"\d+\.\d\d"
ID = "[0-9a-f]{32}"
FORMATS = {
    "customers": {"customer_id": ID, "customer_zip_code_prefix": r"\d{5}"},
    "sellers": {"seller_id": ID, "seller_zip_code_prefix": r"\d{5}"},
    "geolocation": {
        "geolocation_zip_code_prefix": r"\d{5}",
        "geolocation_lat": r"-?\d+\.\d+(e-\d+)?",
        "geolocation_state": "[A-Z]{2}",
    },
    "items": {
        "order_item_id": r"\d+",
        "shipping_limit_date": TIME,
        "price": MONEY,
        "freight_value": MONEY,
    },
    "payments": {"payment_installments": r"\d+", "payment_value": MONEY},
    "orders": {"order_purchase_timestamp": TIME, "order_approved_at": TIME},
    "reviews": {"review_id": ID, "review_score": "[1-5]", "review_creation_date": TIME},
    "products": {"product_id": ID, "product_weight_g": r"\d+"},
}
# What to count, among how many rows, and the largest share that is still a defect.
DEFECTS = {
    "product without category": (
        "select count(*) - count(product_category_name), count(*) from products",
        0.03,
    ),
    "product of a category without translation": (
        "select count(*), (select count(*) from products) from products "
        "anti join translation using (product_category_name) "
        "where product_category_name is not null",
        0.02,
    ),
    "product without weight and size": (
        "select count(*) filter (coalesce(product_weight_g, product_length_cm, "
        "product_height_cm, product_width_cm) is null), count(*) from products",
        0.02,
    ),
    "point outside Brazil": (
        "select count(*) filter (geolocation_lat::double not between -33.8 and 5.3 "
        "or geolocation_lng::double not between -74 and -34.7), count(*) "
        "from geolocation",
        0.001,
    ),
    "city spelled with accents beside one without": (
        "select count(*), (select count(distinct geolocation_city) from geolocation) "
        "from (select 1 from geolocation group by strip_accents(geolocation_city) "
        "having count(distinct geolocation_city) > 1)",
        0.6,
    ),
    "customer prefix without geolocation": (
        "select count(*), (select count(*) from customers) from customers anti join "
        "geolocation on customer_zip_code_prefix = geolocation_zip_code_prefix",
        0.02,
    ),
    "seller prefix without geolocation": (
        "select count(*), (select count(*) from sellers) from sellers anti join "
        "geolocation on seller_zip_code_prefix = geolocation_zip_code_prefix",
        0.05,
    ),
    "prefix with a leading zero": (
        "select count(*) filter (customer_zip_code_prefix like '0%'), count(*) "
        "from customers",
        0.4,
    ),
    "review id of two orders": (
        "select count(*) - count(distinct review_id), count(*) from reviews",
        0.02,
    ),
    "order with several reviews": (
        "select count(*) - count(distinct order_id), count(*) from reviews",
        0.02,
    ),
    "order without review": (
        "select count(*) filter (score is null), count(*) from facts",
        0.03,
    ),
    "comment with a line break": (
        "select count(*) filter (contains(review_comment_message, chr(10))), count(*) "
        "from reviews",
        0.2,
    ),
    "comment with quotes": (
        "select count(*) filter (contains(review_comment_message, '\"')), count(*) "
        "from reviews",
        0.2,
    ),
    "comment with a comma": (
        "select count(*) filter (contains(review_comment_message, ',')), count(*) "
        "from reviews",
        0.4,
    ),
    "comment with emoji": (
        "select count(*) filter (regexp_matches(review_comment_message, "
        "'[\U0001f300-\U0001faff]')), count(*) from reviews",
        0.2,
    ),
    "order without items": (
        "select count(*) filter (lines = 0), count(*) from facts",
        0.02,
    ),
    "order without payment": (
        "select count(*) filter (paid is null), count(*) from facts",
        0.005,
    ),
    "voucher beside the main payment": (
        "select count(distinct order_id), (select count(*) from orders) from payments "
        "where payment_type = 'voucher' and payment_sequential::int > 1",
        0.05,
    ),
    "order with four payment rows or more": (
        "select count(*) filter (payment_rows >= 4), count(*) from facts",
        0.01,
    ),
    "undefined payment of nothing by a canceled order": (
        "select count(*), (select count(*) from orders) from payments "
        "join facts using (order_id) where payment_type = 'not_defined' "
        "and payment_value::double = 0 and status = 'canceled'",
        0.005,
    ),
    "card payment in no installments": (
        "select count(*) filter (payment_installments = '0'), count(*) from payments",
        0.005,
    ),
    "carrier before approval": (
        "select count(*) filter (carried < approved), count(*) from facts",
        0.03,
    ),
    "customer before carrier": (
        "select count(*) filter (delivered < carried), count(*) from facts",
        0.005,
    ),
    "delivered without date": (
        "select count(*) filter (status = 'delivered' and delivered is null), count(*) "
        "from facts",
        0.005,
    ),
    "payment apart from price and freight": (
        "select count(*) filter (abs(paid - value) > 0.005), count(*) from facts "
        "where lines > 0",
        0.02,
    ),
}


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


@pytest.fixture(scope="session")
def demo_shop(large_folder) -> Iterator[duckdb.DuckDBPyConnection]:
    with load(large_folder) as connection:
        yield connection


@pytest.fixture(scope="session")
def real_shop(real_dir) -> Iterator[duckdb.DuckDBPyConnection]:
    with load(real_dir) as connection:
        yield connection


@pytest.fixture(
    scope="session",
    params=[pytest.param(name, marks=pytest.mark.slow) for name in ("demo", "real")],
)
def shop(request) -> duckdb.DuckDBPyConnection:
    """100,000 demo orders, then the real data: both must lie within tolerance."""
    return request.getfixturevalue(f"{request.param}_shop")


@pytest.fixture(
    scope="session", params=["demo", pytest.param("real", marks=pytest.mark.slow)]
)
def small_shop(request) -> Iterator[duckdb.DuckDBPyConnection]:
    """5,000 demo orders, then the real data: both must show every defect."""
    if request.param == "demo":
        with load(request.getfixturevalue("small_folder")) as connection:
            yield connection
    else:
        yield request.getfixturevalue("real_shop")


# --- Files ----------------------------------------------------------------------------


@pytest.mark.parametrize("table", FILES)
def test_the_file_has_the_published_header(small_folder, table):
    with open(small_folder / FILES[table], "rb") as file:
        assert file.readline() == PUBLISHED_HEADERS[table]


@pytest.mark.parametrize("table", FILES)
def test_the_real_file_has_the_published_header(real_dir, table):
    with open(real_dir / FILES[table], "rb") as file:
        assert file.readline() == PUBLISHED_HEADERS[table]


def test_only_the_nine_files_are_written(small_folder):
    assert {path.name for path in small_folder.iterdir()} == set(FILES.values())


def test_rows_are_counted_as_a_csv_reader_counts_them(tmp_path):
    written = write_demo_data(tmp_path / "new" / "folder", orders=1_000)
    for table, name in FILES.items():
        path = tmp_path / "new" / "folder" / name
        with path.open(encoding="utf-8", newline="") as file:
            header, *lines = csv.reader(file, strict=True)
        assert len(lines) == written[table], table
        assert {len(line) for line in lines} == {len(header)}, table
    assert written["orders"] == written["customers"] == 1_000


def test_the_same_seed_writes_the_same_bytes(small_folder, tmp_path):
    write_demo_data(tmp_path, orders=5_000, seed=42)
    for name in FILES.values():
        assert (tmp_path / name).read_bytes() == (small_folder / name).read_bytes()


@pytest.mark.parametrize("threads", ["1", "4"])
def test_any_number_of_threads_writes_the_same_bytes(small_folder, tmp_path, threads):
    variables = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads
    )
    _write_in_a_process(tmp_path, stderr=subprocess.PIPE, **variables)
    for name in FILES.values():
        assert (tmp_path / name).read_bytes() == (small_folder / name).read_bytes()


def test_progress_is_shown_on_a_terminal_only(tmp_path):
    termios = pytest.importorskip("termios", reason="Windows has no such terminals")
    terminal, end = os.openpty()
    termios.tcsetwinsize(end, (24, 80))
    shown = _write_in_a_process(tmp_path, stderr=end)
    os.close(end)
    assert b"5.00k/5.00k" in os.read(terminal, 100_000)
    os.close(terminal)
    hidden = _write_in_a_process(tmp_path, stderr=subprocess.PIPE)
    assert shown.stdout == hidden.stdout == hidden.stderr == b""


def test_another_seed_writes_other_bytes(small_folder, tmp_path):
    write_demo_data(tmp_path, orders=5_000, seed=43)
    for table, name in FILES.items():
        same = (tmp_path / name).read_bytes() == (small_folder / name).read_bytes()
        assert same == (table == "translation"), table


def test_too_few_orders_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ValueError, match=f"orders is 10: at least {MIN_ORDERS}"):
        write_demo_data(tmp_path / "none", orders=10)
    assert not (tmp_path / "none").exists()


def test_the_fewest_orders_still_hold_every_status_and_their_peak(tmp_path):
    write_demo_data(tmp_path, orders=MIN_ORDERS)
    connection = load(tmp_path)
    assert _orphans(connection) == (0, 0, 0, 0, 0, 0)
    assert ask(connection, "select count(distinct status) from facts") == (8,)
    peak = "select mode(strftime(bought, '%Y-%m')) from facts"
    assert ask(connection, peak) == ("2017-11",)


def test_several_chunks_share_their_sellers_and_repeat_no_id(tmp_path, monkeypatch):
    monkeypatch.setattr(generator, "_CHUNK_ORDERS", 1_000)
    written = write_demo_data(tmp_path, orders=4_000)
    connection = load(tmp_path)
    assert written["orders"] == 4_000
    assert ask(connection, "select count(distinct order_id) from orders") == (4_000,)
    assert _orphans(connection) == (0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("table", FILES)
def test_formats_are_those_of_the_published_files(small_shop, table):
    """Every value of the demo and of the real file matches the same pattern."""
    for column, pattern in FORMATS.get(table, {}).items():
        wrong = ask(
            small_shop,
            f"select count(*) from {table} "
            f"where not regexp_full_match({column}, '{pattern}')",
        )
        assert wrong == (0,), column


@pytest.mark.parametrize(
    "folder", ["small_folder", pytest.param("real_dir", marks=pytest.mark.slow)]
)
def test_ids_are_quoted_where_they_begin_with_a_digit_and_prefixes_always(
    folder, request
):
    row = re.compile(rb'("\d\w{31}"|[a-f]\w{31}),("\d\w{31}"|[a-f]\w{31}),"\d{5}",.+')
    path = request.getfixturevalue(folder) / FILES["customers"]
    assert all(row.fullmatch(line) for line in path.read_bytes().splitlines()[1:])


# --- Parameters -----------------------------------------------------------------------


def test_the_parameters_are_those_computed_from_the_real_files(real_dir):
    computed = calibration.compute_parameters(real_dir)
    assert json.loads(json.dumps(computed)) == load_parameters()


def test_the_comparison_is_the_one_computed_from_the_real_files(real_dir):
    """A classifier hardly tells demo from real customers by their features, either."""
    committed = load_comparison()
    told_apart = committed["told_apart"]
    # Of the six features, the one that gives the demo data away: the others take long.
    checked = ["all", min(FEATURES, key=told_apart.get)]
    computed = calibration.compute_comparison(real_dir, checked[1:])
    assert computed["real"] == committed["real"]
    assert set(told_apart) == {"all", *FEATURES}
    assert computed["told_apart"] == pytest.approx(
        {name: told_apart[name] for name in checked}, abs=0.005
    )
    assert computed["told_apart"]["all"] < 0.75


def test_the_parameters_hold_no_id():
    assert not re.search("[0-9a-f]{32}", json.dumps(load_parameters()))


def test_calibration_names_the_files_it_lacks(tmp_path):
    with pytest.raises(ValueError, match=r"lacks olist_customers_dataset\.csv, olist_"):
        calibration.compute_parameters(tmp_path)


# --- Keys -----------------------------------------------------------------------------


def test_every_row_belongs_to_an_order_product_seller_and_customer(small_shop):
    assert _orphans(small_shop) == (0, 0, 0, 0, 0, 0)


def test_keys_are_unique(small_shop):
    for table, key in {
        "orders": "order_id",
        "customers": "customer_id",
        "products": "product_id",
        "sellers": "seller_id",
        "items": "(order_id, order_item_id)",
        "payments": "(order_id, payment_sequential)",
        "translation": "product_category_name",
    }.items():
        query = f"select count(*) - count(distinct {key}) from {table}"
        assert ask(small_shop, query) == (0,), table


def test_lines_and_payment_rows_are_numbered_from_one(small_shop):
    lines = """
        select count(*) from (
            select max(order_item_id::int) as last, count(*) as lines
            from items group by order_id
        ) where last <> lines
    """
    assert ask(small_shop, lines) == (0,)
    # A few real orders lack their first payment row.
    payments = """
        select avg((last <> payment_rows)::int) from (
            select max(payment_sequential::int) as last, count(*) as payment_rows
            from payments group by order_id
        )
    """
    assert ask(small_shop, payments)[0] < 0.002


# --- Tolerances, at 100,000 orders ----------------------------------------------------


def test_most_customers_buy_once(shop):
    once, often = ask(
        shop,
        """
        select 100 * avg((orders = 1)::int), 100 * avg((orders >= 3)::int)
        from people
        """,
    )
    assert 96.5 <= once <= 97.5
    assert 0.1 <= often <= 0.5


def test_order_values_have_the_real_mean_and_spread(shop):
    mean, sd = ask(
        shop, "select avg(ln(paid)), stddev(ln(paid)) from facts where paid > 0"
    )
    assert mean == pytest.approx(4.694, abs=0.05)
    assert sd == pytest.approx(0.811, abs=0.05)


def test_few_orders_hold_much_of_the_value(shop):
    top_1, top_10 = ask(
        shop,
        """
        select
            100 * sum(paid) filter (place < 0.01) / sum(paid),
            100 * sum(paid) filter (place < 0.1) / sum(paid)
        from (
            select paid, percent_rank() over (order by paid desc) as place
            from facts where paid is not null
        )
        """,
    )
    assert top_1 == pytest.approx(10.5, abs=2)
    assert top_10 == pytest.approx(38.3, abs=3)


def test_recency_has_the_real_quartiles(shop):
    (quartiles,) = ask(
        shop, "select quantile_cont(recency, [0.25, 0.5, 0.75]) from people"
    )
    assert quartiles == pytest.approx([163, 267, 395], abs=10)


def test_months_follow_the_real_series_with_its_peak(shop):
    found = shop.sql(
        "select strftime(bought, '%Y-%m'), count(*) from facts group by all"
    ).fetchall()
    orders = dict(found)
    assert max(orders, key=orders.get) == "2017-11"
    assert set(orders) <= set(REAL_ORDERS_PER_MONTH)
    series = [orders.get(month, 0) for month in REAL_ORDERS_PER_MONTH]
    real = list(REAL_ORDERS_PER_MONTH.values())
    assert np.corrcoef(series, real)[0, 1] > 0.98


def test_the_last_purchase_is_the_real_one(shop):
    (last,) = ask(shop, "select max(bought)::varchar from facts")
    assert last == "2018-10-17 17:30:18"


def test_payment_types_have_the_real_shares(shop):
    shares = dict(
        shop.sql(
            """
            select payment_type, 100 * count(*) / sum(count(*)) over ()
            from payments group by all
            """
        ).fetchall()
    )
    real = {"credit_card": 73.9, "boleto": 19.0, "voucher": 5.6, "debit_card": 1.5}
    for kind, share in real.items():
        assert shares[kind] == pytest.approx(share, abs=1), kind


def test_card_payments_have_the_real_installments(shop):
    one, ten = ask(
        shop,
        """
        select
            100 * avg((payment_installments = '1')::int),
            100 * avg((payment_installments = '10')::int)
        from payments where payment_type = 'credit_card'
        """,
    )
    assert one == pytest.approx(33.1, abs=2)
    assert ten == pytest.approx(6.9, abs=1)


def test_installments_rise_with_the_value_of_the_order(shop):
    found = shop.sql(
        """
        select avg(installments) from facts where by_card = 1
        group by floor(log2(greatest(paid, 25))) having count(*) > 200
        order by any_value(paid)
        """
    ).fetchall()
    assert len(found) >= 5
    assert found == sorted(found)


def test_customers_live_in_the_real_states(shop):
    shares = ask(
        shop,
        """
        select
            100 * avg((state = 'SP')::int),
            100 * avg((state = 'RJ')::int),
            100 * avg((state = 'MG')::int),
            count(distinct state)
        from facts
        """,
    )
    assert shares[:3] == pytest.approx([42.0, 12.9, 11.7], abs=1)
    assert shares[3] == 27


def test_reviews_have_the_real_scores(shop):
    five, one = ask(
        shop,
        """
        select
            100 * avg((review_score = '5')::int), 100 * avg((review_score = '1')::int)
        from reviews
        """,
    )
    assert five == pytest.approx(57.8, abs=1.5)
    assert one == pytest.approx(11.5, abs=1.5)


def test_late_orders_are_as_many_and_as_badly_reviewed_as_the_real_ones(shop):
    late, gap = ask(
        shop,
        """
        select
            100 * avg(is_late::int),
            avg(score) filter (is_late) - avg(score) filter (not is_late)
        from facts where status = 'delivered'
        """,
    )
    assert late == pytest.approx(8.1, abs=1.5)
    assert -2.0 <= gap <= -1.4


def test_orders_have_as_many_lines_and_payment_rows_as_the_real_ones(shop):
    several_lines, several_payments, no_item = ask(
        shop,
        """
        select
            100 * avg((lines > 1)::int),
            100 * avg(coalesce(payment_rows > 1, false)::int),
            100 * avg((lines = 0)::int)
        from facts
        """,
    )
    assert several_lines == pytest.approx(9.9, abs=1)
    assert several_payments == pytest.approx(3.0, abs=0.5)
    assert no_item == pytest.approx(0.78, abs=0.2)


def test_freight_rises_with_price_and_many_lines_stay_within_a_state(shop):
    correlation, local = ask(
        shop,
        """
        select
            corr(ln(items.price::double), ln(freight_value::double))
                filter (freight_value::double > 0),
            100 * avg((facts.state = sellers.seller_state)::int)
        from items join facts using (order_id) join sellers using (seller_id)
        """,
    )
    assert correlation == pytest.approx(0.43, abs=0.1)
    assert local == pytest.approx(36, abs=4)


def test_sales_within_a_state_are_cheaper_and_faster(shop):
    near_freight, far_freight, near_days, far_days = ask(
        shop,
        """
        select
            avg(value - price) filter (state = seller_state),
            avg(value - price) filter (state <> seller_state),
            avg(epoch(delivered - bought)) filter (state = seller_state) / 86400,
            avg(epoch(delivered - bought)) filter (state <> seller_state) / 86400
        from facts where status = 'delivered' and lines = 1
        """,
    )
    assert near_freight < 0.7 * far_freight
    assert near_days < 0.7 * far_days


def test_prices_differ_by_category(shop):
    (spread,) = ask(
        shop,
        """
        select stddev(middle) from (
            select median(ln(price::double)) as middle
            from items join products using (product_id)
            where product_category_name is not null
            group by product_category_name having count(*) > 200
        )
        """,
    )
    assert 0.35 < spread < 0.8


def test_a_person_keeps_a_home_but_may_move(shop):
    (moved,) = ask(
        shop,
        """
        select 100 * avg((homes > 1)::int) from (
            select count(distinct customer_zip_code_prefix) as homes
            from customers group by customer_unique_id having count(*) > 1
        )
        """,
    )
    assert moved == pytest.approx(8.3, abs=2)


def test_delivered_payments_equal_price_and_freight_but_for_rare_cases(shop):
    unequal, gap = ask(
        shop,
        """
        select
            100 * avg((abs(paid - value) > 0.005)::int),
            100 * abs(sum(paid) - sum(value)) / sum(value)
        from facts where status = 'delivered' and paid is not null
        """,
    )
    assert unequal == pytest.approx(0.6, abs=0.2)
    assert gap < 0.1


def test_repeat_buying_cannot_be_predicted_from_the_first_order(shop):
    """The date is left out: it only tells how much time customers had to come back."""
    columns = shop.sql(
        """
        select
            orders > 1 as again,
            hash(person) as shuffle,
            lines, value, price, value - price as freight, installments, by_card,
            payment_rows, score, is_late::int as is_late,
            hour(bought) as hour, isodow(bought) as weekday,
            (state = seller_state)::int as local,
            dense_rank() over (order by state) as state,
            dense_rank() over (order by category) as category
        from (
            select
                *,
                count(*) over (partition by person) as orders,
                row_number() over (partition by person order by bought, order_id)
                    as place
            from facts
        )
        where place = 1 order by shuffle
        """
    ).fetchnumpy()
    again = np.asarray(columns.pop("again"))
    columns.pop("shuffle")
    features = np.column_stack(
        [np.ma.asarray(values, dtype=float).filled(0) for values in columns.values()]
    )
    models = (
        HistGradientBoostingClassifier(
            max_iter=60, learning_rate=0.05, early_stopping=False, random_state=0
        ),
        make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)),
    )
    folds = StratifiedKFold(5)
    for model in models:
        with threadpool_limits(1):
            chance = cross_val_predict(
                model, features, again, cv=folds, method="predict_proba"
            )
        assert roc_auc_score(again, chance[:, 1]) < 0.65, model


def test_the_published_features_split_as_published(shop):
    """Recency, ln(1 + orders), ln(1 + value), clipped at the 99th percentile."""
    people = shop.sql("select recency, orders, value from people order by person")
    features = np.column_stack(
        [np.asarray(values, dtype=float) for values in people.fetchnumpy().values()]
    )
    features = np.minimum(features, np.quantile(features, 0.99, axis=0))
    features[:, 1:] = np.log1p(features[:, 1:])
    features = StandardScaler().fit_transform(features)
    for k, published in ((2, 0.717), (4, 0.373)):
        with threadpool_limits(1):
            fit = KMeans(k, n_init=10, random_state=42).fit(features)
        score = silhouette_score(
            features, fit.labels_, sample_size=10_000, random_state=0
        )
        assert score == pytest.approx(published, abs=0.05)
    assert 2.5 <= 100 * np.bincount(fit.labels_).min() / len(features) <= 3.5


@pytest.mark.slow
def test_distributions_and_dependencies_are_the_real_ones(large_folder):
    demo, real = measure(load_files(large_folder)), load_comparison()["real"]
    for key, one in MEASURES.items():
        if one.is_share:
            assert overlap(real[key], demo[key]) > 0.85, key
            assert sum(demo[key].values()) == pytest.approx(1, abs=0.002), key
        else:
            assert demo[key] == pytest.approx(real[key], rel=0.25), key


@pytest.mark.slow
def test_the_same_segments_come_out_as_of_the_real_data(large_folder, tmp_path):
    """The README has those of the real data; another test holds it to them."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    real = re.findall(r"^\| (.+) \| [\d,]+ \| [\d.]+% \| [\d.]+% \|", readme, re.M)
    database = segments(large_folder, tmp_path / "demo.duckdb")
    demo = [name for (name,) in rows(database, "select segment_name from segments")]
    assert len(demo) == len(real)
    assert len(set(demo) & set(real)) >= 3


# --- Defects --------------------------------------------------------------------------


@pytest.mark.parametrize("defect", DEFECTS)
def test_the_defect_is_as_frequent_as_in_the_real_data(demo_shop, real_shop, defect):
    query, _ = DEFECTS[defect]
    (demo, demo_rows), (real, real_rows) = ask(demo_shop, query), ask(real_shop, query)
    share = real / real_rows
    # Rare defects vary by a few.
    assert share / 2 * demo_rows - 3 <= demo <= share * 2 * demo_rows + 3


@pytest.mark.parametrize("defect", DEFECTS)
def test_the_defect_is_present_and_rare(small_shop, defect):
    query, largest_share = DEFECTS[defect]
    found, rows = ask(small_shop, query)
    assert found >= 1
    assert found <= max(3, largest_share * rows)


def test_every_status_occurs(small_shop):
    statuses = {row[0] for row in small_shop.sql("select status from facts").fetchall()}
    assert statuses == {
        "delivered", "shipped", "canceled", "unavailable", "invoiced", "processing",
        "created", "approved",
    }  # fmt: skip


def test_orders_without_items_are_mostly_unavailable_or_canceled(shop):
    (share,) = ask(
        shop,
        """
        select avg((status in ('unavailable', 'canceled'))::int)
        from facts where lines = 0
        """,
    )
    assert share > 0.95


def test_statuses_have_the_real_shares(shop):
    shares = dict(
        shop.sql(
            """
            select status, 100 * count(*) / sum(count(*)) over ()
            from facts group by all
            """
        ).fetchall()
    )
    real = {"delivered": 97.02, "shipped": 1.11, "canceled": 0.63, "unavailable": 0.61}
    for status, share in real.items():
        assert shares[status] == pytest.approx(share, abs=0.1), status


def test_a_quarter_of_the_geolocation_rows_are_duplicates(shop):
    rows, distinct = ask(
        shop,
        "select count(*), (select count(*) from (select distinct * from geolocation)) "
        "from geolocation",
    )
    assert 100 * (1 - distinct / rows) == pytest.approx(26.2, abs=1)


def test_only_two_categories_lack_a_translation(small_shop):
    missing = small_shop.sql(
        """
        select distinct product_category_name from products
        where product_category_name not in (
            select product_category_name from translation
        )
        """
    ).fetchall()
    assert {row[0] for row in missing} == {
        "pc_gamer",
        "portateis_cozinha_e_preparadores_de_alimentos",
    }


def test_a_product_without_category_has_no_texts_and_no_photos(small_shop):
    (described,) = ask(
        small_shop,
        """
        select count(*) from products
        where product_category_name is null and coalesce(
            product_name_lenght, product_description_lenght, product_photos_qty
        ) is not null
        """,
    )
    assert described == 0


def _write_in_a_process(folder, *, stderr, **variables):
    """Write 5,000 orders; where a progress bar is shown, it appears at once."""
    code = (
        "import sys; from olist_segments.demo import generator; "
        "generator._QUIET_S = 0; generator.write_demo_data(sys.argv[1], orders=5_000)"
    )
    return subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "python"), **variables},
        stdout=subprocess.PIPE,
        stderr=stderr,
        check=True,
    )


def _orphans(connection) -> tuple:
    return ask(
        connection,
        """
        select
            (select count(*) from orders anti join customers using (customer_id)),
            (select count(*) from customers anti join orders using (customer_id)),
            (select count(*) from items anti join orders using (order_id)),
            (select count(*) from items anti join products using (product_id)),
            (select count(*) from items anti join sellers using (seller_id)),
            (select count(*) from payments anti join orders using (order_id))
            + (select count(*) from reviews anti join orders using (order_id))
        """,
    )
