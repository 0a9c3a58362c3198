"""Strange but sound data is built; data without information is refused."""

import csv
import itertools
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from bad_data import (
    CUSTOMERS,
    ITEMS,
    ORDERS,
    PAYMENTS,
    PRODUCTS,
    REVIEWS,
    SELLERS,
)
from conftest import (
    NO_TESTS,
    NO_UNIT_TESTS,
    build,
    dbt,
    differences,
    killed_when,
    rows,
    tables,
)
from olist_segments.commands.summary import summary
from olist_segments.exports import export_segments, preview
from olist_segments.report import render_report

pytestmark = pytest.mark.slow

STRANGE = [
    'São "José", <b>quoted</b>',
    "line\nbreak\r\nand\ttab",
    "<script>alert(1)</script>",
    "Robert'); drop table customers;--",
    "{{ ref('orders') }} {% endif %}",
    "🛒 👩‍👩‍👧 ‮right to left",
    "%s ${HOME} \\n \x00nul",
    "x" * 100_000,
]


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.reader(opened))


def write(path: Path, lines: list[list[str]], end: str = "\n") -> None:
    with path.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, lineterminator=end).writerows(lines)


def few_orders(source: Path, folder: Path, count: int) -> Path:
    """Copy the files with the first delivered orders and everything that is theirs."""
    folder.mkdir(parents=True)
    lines = {path.name: read(path) for path in source.glob("*.csv")}
    delivered = [line for line in lines[ORDERS][1:] if line[2] == "delivered"][:count]
    orders = {line[0] for line in delivered}
    belongs = {
        ORDERS: lambda line: line[0] in orders,
        CUSTOMERS: lambda line: line[0] in {order[1] for order in delivered},
        ITEMS: lambda line: line[0] in orders,
        PAYMENTS: lambda line: line[0] in orders,
        REVIEWS: lambda line: line[1] in orders,
    }
    for name, (header, *content) in lines.items():
        kept = filter(belongs.get(name, lambda line: True), content)
        write(folder / name, [header, *kept])
    return folder


def edit(path: Path, change: Callable[[int, list[str]], object]) -> None:
    """Change the lines of a file but the header: `change` gets number and fields."""
    header, *lines = read(path)
    for number, line in enumerate(lines):
        change(number, line)
    write(path, [header, *lines])


def set_field(position: int, value) -> Callable[[int, list[str]], object]:
    return lambda number, line: line.__setitem__(
        position, value(number) if callable(value) else value
    )


# --- Strange but sound ----------------------------------------------------------------


@pytest.fixture(scope="module")
def strange(demo_dir, tmp_path_factory):
    """Return a database, its strange files, and their times before and after the build.

    Categories and cities of markup, SQL and emoji; no reviews at all, everybody pays at
    once, no delivery has a date; CRLF, no end of the last line; a space and a quote in
    the names of folders.
    """
    work = tmp_path_factory.mktemp("it's strange")
    folder = few_orders(demo_dir, work / "raw 'files'", 400)
    for name, position in [(CUSTOMERS, 3), (SELLERS, 2), (PRODUCTS, 1)]:
        edit(
            folder / name,
            set_field(position, lambda number: STRANGE[number % len(STRANGE)]),
        )
    edit(folder / PAYMENTS, set_field(3, "1"))
    edit(folder / ORDERS, set_field(6, ""))
    write(folder / REVIEWS, read(folder / REVIEWS)[:1])
    for path in folder.glob("*.csv"):
        write(path, read(path), end="\r\n")
        path.write_bytes(path.read_bytes().removesuffix(b"\r\n"))
        path.chmod(0o444)
    folder.chmod(0o555)
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    database = build(*NO_UNIT_TESTS, raw_dir=folder, database=work / "demo.duckdb")
    after = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    folder.chmod(0o755)
    return database, folder, before, after


def test_every_customer_of_strange_data_is_accounted_for(strange):
    database, *_ = strange
    ((orders, rejected, people, placed),) = rows(
        database,
        "select (select count(*) from orders), (select count(*) from rejected_rows), "
        "(select count(*) from customers), (select count(*) from customer_segments) "
        "+ (select count(*) from excluded_customers)",
    )
    assert (orders, rejected) == (400, 0)
    assert people == placed


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("customers", "city"),
        ("order_lines", "seller_city"),
        ("segment_by_city", "city"),
        ("segment_by_category", "category"),
    ],
)
def test_any_text_goes_through_unchanged(strange, table, column):
    database, *_ = strange
    found = {
        text for (text,) in rows(database, f"select distinct {column} from {table}")
    }
    assert set(STRANGE) <= found


def test_a_feature_that_nobody_has_or_all_share_appears_nowhere(strange, tmp_path):
    database, *_ = strange
    constant = {"delivery_delay_days", "installments", "review_score"}
    for table, column in [
        *(("segment_model_features", "feature"), ("segment_centroids", "feature")),
        *(("segment_words", "feature"), ("map_loadings", "feature")),
        *(("segment_drift", "measure"), ("segment_model_bins", "measure")),
    ]:
        found = {one for (one,) in rows(database, f"select {column} from {table}")}
        assert found & {"recency_days", "total_spend"}, table
        assert not found & constant, table
    reasons = dict(rows(database, "select feature, reason from feature_statistics"))
    left_out = "in the list of features, but left out: "
    assert reasons["review_score"] == f"{left_out}nobody has a value"
    assert reasons["installments"] == f"{left_out}everybody has the same value"
    # The end of the build says so, and no page for others.
    said = "Not useful: delivery_delay_days, installments, review_score. "
    assert said in summary(database, target="demo")
    told = rows(database, "select segment_name, segment_key, description from segments")
    said = " ".join(itertools.chain.from_iterable(told)).lower()
    for word in ("happy", "paying", "deliveries", "stars", "promised"):
        assert word not in said, word
    page = render_report(database)
    for word in ("happy", "stars in reviews", "promised", "installments per order"):
        assert word not in page, word
    with duckdb.connect(str(database), read_only=True) as connection:
        segments = preview(connection)
        export_segments(connection, tmp_path / "out", segments, is_synthetic=True)
        for segment in segments:
            header = connection.read_csv(str(tmp_path / "out" / f"{segment.key}.csv"))
            assert "total_spend" in header.columns
            assert not constant & set(header.columns)


def test_a_build_writes_nothing_beside_the_raw_files(strange):
    _, _, before, after = strange
    assert before == after


# --- Too little to say anything -------------------------------------------------------


def _alike(folder: Path) -> None:
    """Make all customers alike: the same day, price, payment, review and delivery."""
    edit(
        folder / CUSTOMERS,
        lambda number, line: line.__setitem__(1, f"person {number}"),
    )
    edit(
        folder / ORDERS,
        lambda number, line: line.__setitem__(
            slice(3, 8),
            [
                "2018-01-01 10:00:00",
                "2018-01-01 11:00:00",
                "2018-01-01 12:00:00",
                "2018-01-01 22:00:00",
                "2018-01-20 00:00:00",
            ],
        ),
    )
    seen = set()
    header, *items = read(folder / ITEMS)
    items = [line for line in items if not (line[0] in seen or seen.add(line[0]))]
    write(folder / ITEMS, [header, *items])
    edit(
        folder / ITEMS, lambda number, line: line.__setitem__(slice(5, 7), ["10", "5"])
    )
    edit(folder / PAYMENTS, set_field(3, "1"))
    edit(folder / REVIEWS, set_field(2, "5"))


@pytest.mark.parametrize(
    ("count", "spoil", "variables", "sentence"),
    [
        (2, None, {}, "to find 2 segments. Customers with an order that counts"),
        (
            40,
            _alike,
            {"k": 10},
            "to find 10 segments. Customers with an order that counts "
            "and was not given back: 40. Different sets of",
        ),
    ],
    ids=["one delivery", "all customers alike"],
)
def test_too_little_to_cluster_is_said_in_a_sentence(
    demo_dir, tmp_path, count, spoil, variables, sentence
):
    folder = few_orders(demo_dir, tmp_path / "few", count)
    if spoil:
        spoil(folder)
    database = tmp_path / "demo.duckdb"
    result = dbt(
        "build", *NO_UNIT_TESTS, raw_dir=folder, database=database, variables=variables
    )
    assert result.returncode == 1
    assert sentence in " ".join(result.stdout.split())
    assert "Traceback" not in result.stdout + result.stderr
    assert "ERROR=1 " in result.stdout
    assert rows(database, "select count(*) from orders") == [(count,)]


def test_an_order_that_is_not_delivered_yet_is_refused_before_the_marts(
    demo_dir, tmp_path
):
    folder = few_orders(demo_dir, tmp_path / "few", 1)
    database = tmp_path / "demo.duckdb"
    result = dbt("build", *NO_UNIT_TESTS, raw_dir=folder, database=database)
    assert result.returncode == 1
    assert "nobody has a segment before 20" in " ".join(result.stdout.split())
    assert ("main", "orders") not in tables(database)


def test_a_handful_of_customers_is_built_and_said_to_form_no_groups(demo_dir, tmp_path):
    folder = few_orders(demo_dir, tmp_path / "few", 12)
    database = tmp_path / "demo.duckdb"
    result = dbt("build", *NO_UNIT_TESTS, raw_dir=folder, database=database)
    assert result.returncode == 0, result.stdout
    assert "No candidate k is eligible: the customers form no clear" in result.stdout
    ((labelled, segments),) = rows(
        database,
        "select (select count(*) from customer_segments), "
        "(select count(*) from segments)",
    )
    assert 2 <= segments <= labelled <= 12


# --- Interrupted, or in the way -------------------------------------------------------


# What dbt says when marts, segments and profiles begin; test_models_that_stay has a
# build that is killed in the middle of a fit.
PHASES = ["model main.order_lines", "model main.segment_models"]
PHASES += ["model main.segment_by_city"]


def test_after_builds_that_were_killed_the_next_gives_the_same_tables(
    strange, tmp_path
):
    whole, folder, *_ = strange
    killed = tmp_path / "demo.duckdb"
    for phase in PHASES:
        words = ("build", *NO_TESTS)
        killed_when(f"START.* {phase}", *words, raw_dir=folder, database=killed)
    build(*NO_TESTS, raw_dir=folder, database=killed)
    assert differences(whole, killed) == []
