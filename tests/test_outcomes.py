"""What segments did next, and that their labels knew nothing of it."""

import datetime
import shutil
from pathlib import Path

import duckdb
import pytest
from bad_data import CUSTOMERS, ITEMS, ORDERS, PAYMENTS, REVIEWS
from conftest import NO_TESTS, REAL, ROOT, build, rows
from olist_segments.commands.notebooks import export_notebook
from olist_segments.months import set_day
from olist_segments.report import render_report
from test_history import PAST
from test_models_that_stay import MEMBERS

pytestmark = pytest.mark.slow

# Customers on 2018-02-28, and how many of them bought in the 180 days after.
BOUGHT_AGAIN = {
    "all": (52_015, 596),
    "repeat_buyers": (1_474, 59),
    "recent_happy_customers_paying_at_once": (28_196, 321),
    "big_spenders_paying_in_installments": (12_730, 143),
    "unhappy_customers_with_slow_deliveries": (6_237, 51),
    "long_gone_customers": (3_378, 22),
    "champions": (644, 35),
    "repeat_buyers_to_win_back": (830, 24),
    "new_big_spenders": (7_876, 98),
    "new_customers": (12_396, 146),
    "fading_customers": (12_274, 134),
    "fading_big_spenders": (7_828, 81),
    "lost_big_spenders": (3_938, 33),
    "lost_customers": (6_229, 45),
}


def known_on(day: str, raw_dir: Path, folder: Path) -> Path:
    """Copy the raw files without what happened after a day."""
    shutil.copytree(raw_dir, folder)
    connection = duckdb.connect()
    dates = "approved_at", "delivered_carrier_date", "delivered_customer_date"
    known = ", ".join(
        f"case when order_{name}::date <= '{day}' then order_{name} end as order_{name}"
        for name in dates
    )

    def only(name: str, condition: str) -> None:
        connection.execute(
            f"copy (from read_csv('{_quoted(raw_dir / name)}', all_varchar = true) "
            f"where {condition}) to '{_quoted(folder / name)}'"
        )

    connection.execute(
        f"""
        copy (
            select order_id, customer_id, case
                when order_status = 'delivered' and not coalesce(
                    order_delivered_customer_date::date > '{day}', false
                ) or order_status not in ('delivered', 'shipped') then order_status
                when order_delivered_carrier_date::date <= '{day}' then 'shipped'
                when order_approved_at::date <= '{day}' then 'approved'
                else 'created' end as order_status,
                order_purchase_timestamp, {known}, order_estimated_delivery_date
            from '{_quoted(raw_dir / ORDERS)}'
            where order_purchase_timestamp::date <= '{day}'
        ) to '{_quoted(folder / ORDERS)}'
        """
    )
    kept = f"from '{_quoted(folder / ORDERS)}'"
    for name, key in ((CUSTOMERS, "customer_id"), (ITEMS, "order_id")):
        only(name, f"{key} in (select {key} {kept})")
    only(PAYMENTS, f"order_id in (select order_id {kept})")
    only(REVIEWS, f"review_creation_date::date <= '{day}'")
    return folder


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def test_labels_of_a_past_day_know_nothing_of_what_came_later(
    demo_dir, demo_database, tmp_path
):
    day = datetime.date(2018, 6, 30)
    database = Path(shutil.copy(demo_database, tmp_path))
    set_day(database, day)
    build(*PAST, raw_dir=demo_dir, database=database)
    labels = [rows(database, MEMBERS)]
    # The last day in these files is that day: nothing has to be set.
    known = known_on(str(day), demo_dir, tmp_path / "raw")
    words = (*NO_TESTS, "--select", "+customer_segments")
    build(*words, raw_dir=known, database=database)
    labels.append(rows(database, MEMBERS))
    assert rows(
        database,
        "select as_of_date, max(purchased_at)::date from intermediate.int_as_of "
        "cross join staging.stg_orders group by all",
    ) == [(day, day)]
    assert labels[0] == labels[1]
    assert 1_000 < len(labels[0]) < len(rows(demo_database, MEMBERS))


def test_outcomes_of_the_real_files_are_those_that_are_known(
    real_dir, real_database, tmp_path
):
    history = "intermediate.customer_segment_history"
    past = tmp_path / "past" / "real.duckdb"
    past.parent.mkdir()
    shutil.copy(real_database, past)
    set_day(past, datetime.date(2018, 2, 28))
    with duckdb.connect(str(past)) as connection:
        connection.execute(f"drop table {history}")
    fits = ("config.materialized:fitted", "feature_statistics")
    build(*PAST, *fits, raw_dir=real_dir, database=past, **REAL)
    # The present day stands in the other database; its history begins with that day.
    database = Path(shutil.copy(real_database, tmp_path))
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"attach '{past}' as past (read_only)")
        connection.execute(f"create or replace table {history} as from past.{history}")
    words = (*NO_TESTS, "--select", "customer_segment_history+")
    build(*words, raw_dir=real_dir, database=database, **REAL)
    found = rows(
        database,
        "select segment_key, customer_count, buyer_count, revenue_per_customer, "
        "is_beyond_chance, is_model_later from segment_outcomes "
        "where label_date = '2018-02-28' and horizon_days = 180",
    )
    assert {key: counts for key, *counts, _, _, _ in found} == {
        key: list(counts) for key, counts in BOUGHT_AGAIN.items()
    }
    revenue = {key: str(one) for key, _, _, one, _, _ in found}
    assert (revenue["repeat_buyers"], revenue["champions"]) == ("7.38", "9.27")
    assert {key for key, *_, is_beyond, _ in found if is_beyond} == {
        *("repeat_buyers", "champions", "repeat_buyers_to_win_back", "lost_customers")
    }
    assert {later for *_, later in found} == {True, None}
    page = render_report(database)
    assert "What they did next: 1.1% bought again within 180 days" in page
    assert "3.1% to 5.1%" in page
    page = export_notebook(ROOT / "notebooks" / "baseline.ipynb", database, tmp_path)
    text = page.read_text("utf-8")
    assert "0.7% to 4.0% (KMeans), 0.7% to 5.4% (RFM rule)" in text
    assert "1 of 5 segments of KMeans and 3 of 8 of the rule differ" in text
    assert "explains 0.17% of the variance" in text
    assert "the rule 0.21%. The model was fitted later than that day" in text
