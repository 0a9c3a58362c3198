"""A shop of any shape: its tables, its settings, and what is wrong with its lines."""

import math
from pathlib import Path

import duckdb
import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import NO_TESTS, build, copy_project, dbt, rows
from olist_segments.report import render_report

pytestmark = pytest.mark.slow
# What the figures of a shop need.
FIGURES = (
    *("--select", "+excluded_customers", "+reconciliation", "+data_quality", "+shop"),
    *("--indirect-selection", "cautious"),
)
SOURCE = """
version: 2
sources:
  - name: {name}
    config:
      enabled: "{{{{ (env_var('OLIST_SHOP', '') or var('shop')) == '{name}' }}}}"
      meta: {settings}
    tables:
      - name: order_lines
        config:
          meta: {table}
"""
# Semicolons, a decimal comma, days first, Windows-1252, blanks around an id, and a
# header that repeats. What came back has a quantity below 0, a price of either sign.
FIRST_FILE = """Beleg;Kunde Nr.;Zeit;Artikel;Menge;Preis;Währung;Zustand
1;Öz;31.01.2024 23:30:00;a;2;1.000,50;EUR;bezahlt
1;Öz;31.01.2024 23:30:00;b;1;0,33;EUR;bezahlt
2;Öz;15.02.2024 10:00:00;a;-1;1.000,50;EUR;bezahlt
3;;15.02.2024 10:00:00;a;1;7,00;EUR;bezahlt
Beleg;Kunde Nr.;Zeit;Artikel;Menge;Preis;Währung;Zustand
4;ax;15.02.2024 10:00:00;a;eins;7,00;EUR;bezahlt
5;ax;30.02.2024 10:00:00;a;1;7,00;EUR;bezahlt
6;ax;16.02.2024 10:00:00;a;1;7,00;EUR
7;ax;16.02.2024 10:00:00;a;1;9,99;USD;bezahlt
8;ax;16.02.2024 10:00:00;a;1;5,00;EUR;storniert
9; ax ;16.02.2024 10:00:00;a;1;5,00;EUR;verloren
10;by;16.02.2024 10:00:00;a;1;5,00;EUR;bezahlt
11;by;17.02.2024 10:00:00;a;-1;-5,00;EUR;bezahlt
"""
SECOND_FILE = """Zeit;Kunde Nr.;Beleg;Artikel;Menge;Preis;Währung;Zustand;
01.03.2024 00:30:00;cz;12;c;3;2,50;EUR;bezahlt;
"""
MAPPING = {
    "order_id": "Beleg",
    "customer_id": '"Kunde Nr."',
    "purchased_at": "Zeit",
    "product_id": "Artikel",
    "quantity": "Menge",
    "unit_price": "Preis",
    "currency": "Währung",
    "order_status": "Zustand",
}
TABLE = {
    "file": "belege_*.csv",
    "delimiter": ";",
    "encoding": "cp1252",
    "decimal": ",",
    "date_format": "%d.%m.%Y %H:%M:%S",
    "columns": MAPPING,
}
SETTINGS = {
    "currency": {"code": "EUR", "symbol": "€", "name": "euros", "position": "after"},
    "statuses": {"counted": ["bezahlt"], "canceled": ["storniert"]},
    "returns": "net",
    "guests": "exclude",
    "time_zone": "America/New_York",
    "times_in": "Europe/Berlin",
}


def add_shop(project: Path, name: str, settings: dict, table: dict) -> dict:
    """Write the YAML of a shop; return the options with which it is built."""
    path = project / "dbt_project" / "shops" / f"{name}.yml"
    path.write_text(SOURCE.format(name=name, settings=settings, table=table), "utf-8")
    return {
        "target": "dev",
        "project": project,
        "settings": {"OLIST_SHOP": name, "OLIST_DB": ""},
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    return copy_project(tmp_path_factory.mktemp("shops"))


@pytest.fixture(scope="module")
def odd_files(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("it's odd")
    (folder / "belege_1.csv").write_text(FIRST_FILE, encoding="cp1252")
    (folder / "belege_2.csv").write_text(SECOND_FILE, encoding="cp1252")
    return folder


@pytest.fixture(scope="module")
def odd_shop(project, odd_files) -> Path:
    """Return a database with the figures of a shop whose files have every oddity."""
    table = {**TABLE, "filter": "Währung = 'EUR'"}
    return build(
        *FIGURES,
        raw_dir=odd_files,
        database=odd_files.parent / "odd" / "odd.duckdb",
        **{
            **add_shop(project, "odd", SETTINGS, table),
            "variables": {"max_rejected_share": 1, "max_defect_share": 1},
        },
    )


def test_a_line_is_staged_or_kept_with_its_file_its_number_and_a_reason(odd_shop):
    rejected = rows(
        odd_shop,
        "select file, line_number, column_name, reason from rejected_rows order by 2",
    )
    assert rejected == [
        ("belege_1.csv", 6, None, "repeats the header"),
        ("belege_1.csv", 7, "Menge", "not a number: eins"),
        ("belege_1.csv", 8, "Zeit", "not a date: 30.02.2024 10:00:00"),
        ("belege_1.csv", 9, "Zustand", "too few fields"),
    ]
    # Of 14 lines the filter leaves out one.
    assert rows(odd_shop, "select count(*) from staging.stg_lines") == [(9,)]


def test_files_are_read_as_they_are_and_times_are_those_of_the_shop(odd_shop):
    assert rows(
        odd_shop,
        "select order_id, customer_unique_id, purchased_at::varchar, item_count, "
        "order_total::double from orders where order_id in ('1', '12') order by 1",
    ) == [
        ("1", "Öz", "2024-01-31 17:30:00", 3, 2001.33),
        ("12", "cz", "2024-02-29 18:30:00", 3, 7.50),
    ]


def test_returns_lower_the_spend_and_who_returned_everything_is_excluded(odd_shop):
    assert rows(
        odd_shop,
        "select customer_unique_id, order_count, placed_order_count, "
        "total_spend::double, is_eligible from customers order by 1",
    ) == [
        ("ax", 0, 2, 0.0, False),
        ("by", 1, 1, 0.0, False),
        ("cz", 1, 1, 7.5, True),
        ("Öz", 1, 1, 1000.83, True),
    ]
    assert rows(
        odd_shop,
        "select customer_unique_id, reason from excluded_customers order by 1",
    ) == [("ax", "no order that counts yet"), ("by", "everything returned")]


def test_what_a_shop_lacks_is_no_defect_and_guests_are_counted(odd_shop):
    found = rows(
        odd_shop,
        "select check_name, rows_affected from data_quality "
        "where rows_affected > 0 order by 1",
    )
    assert found == [
        ("items_of_guests", 1),
        ("items_returned", 2),
        ("orders_of_guests", 1),
        ("orders_of_unknown_status", 1),
        ("orders_returned", 2),
    ]
    assert rows(
        odd_shop,
        "select of_guests::double, in_marts::double from reconciliation "
        "where measure in ('orders', 'price') order by measure",
    ) == [(1.0, 7.0), (7.0, 1018.33)]


def test_order_lines_that_cannot_be_used_are_refused_before_the_build(
    project, odd_files
):
    options = add_shop(project, "refused", {"guests": "exclude"}, TABLE)
    result = dbt(
        *("run", "--select", "stg_lines"),
        raw_dir=odd_files,
        database=odd_files.parent / "refused" / "refused.duckdb",
        **{**options, "variables": {"max_rejected_share": 1}},
    )
    assert result.returncode == 2, result.stdout
    said = " ".join(result.stdout.split())
    for problem in (
        "the order lines of refused cannot be used: - their amounts have several "
        "currencies, EUR (9 lines), USD (1 lines): to keep one, set currency: "
        "{code: EUR} and other_currencies: exclude in the settings of the shop, or "
        "convert them",
        "Zustand has bezahlt (8 lines), storniert (1 lines), verloren (1 lines): say "
        "in the settings of the shop which count and which mean canceled, statuses: "
        "{counted: [...], canceled: [...]}",
        "2 of 10 lines have a quantity or amount below 0: set returns to net, so that "
        "they lower the spend, or to cancel, so that they count as canceled orders",
    ):
        assert problem in said


def test_a_column_that_is_not_there_is_refused_with_the_nearest(project, odd_files):
    table = {**TABLE, "columns": {**MAPPING, "product_id": "Artickel"}}
    result = dbt(
        *("run", "--select", "stg_lines"),
        raw_dir=odd_files,
        database=odd_files.parent / "nearest" / "nearest.duckdb",
        **add_shop(project, "nearest", SETTINGS, table),
    )
    assert result.returncode == 2, result.stdout
    assert (
        "belege_1.csv lacks the column Artickel (nearest found: Artikel): correct the "
        "mapping in the YAML of the shop"
    ) in " ".join(result.stdout.split())


@pytest.mark.slow
def test_a_mistyped_input_column_is_refused(project, odd_files):
    table = {**TABLE, "columns": {**MAPPING, "quantiy": "Menge"}}
    result = dbt(
        *("run", "--select", "stg_lines"),
        raw_dir=odd_files,
        database=odd_files.parent / "mistyped" / "mistyped.duckdb",
        **add_shop(project, "mistyped", SETTINGS, table),
    )
    assert result.returncode == 2, result.stdout
    assert "- quantiy is no input column; they are order_id, " in result.stdout


def test_a_table_is_a_parquet_file_or_stands_in_a_database(project, tmp_path):
    columns = {"customer_id": "buyer", "purchased_at": "day", "amount": "paid"}
    query = """
        select * from (
            values ('a', date '2024-01-01', 5.25), ('a', date '2024-01-01', 1.0),
            ('b', date '2024-01-02', 2.0)
        ) as sales(buyer, day, paid)
    """
    duckdb.sql(query).write_parquet(str(tmp_path / "sales.parquet"))
    database = tmp_path / "build" / "sales.duckdb"
    options = add_shop(
        project, "sales", {}, {"file": "sales.parquet", "columns": columns}
    )
    build(*FIGURES, raw_dir=tmp_path, database=database, **options)
    expected = [("a", 1, 6.25), ("b", 1, 2.0)]
    figures = "select customer_id, order_count, total_spend::double from customers"
    figures = figures.replace("customer_id", "customer_unique_id") + " order by 1"
    assert rows(database, figures) == expected

    with duckdb.connect(str(database)) as connection:
        connection.execute(
            f"create schema sold; create table sold.order_lines as {query}"
        )
    options = add_shop(project, "sold", {}, {"columns": columns})
    build(*FIGURES, raw_dir=tmp_path, database=database, **options)
    assert rows(database, figures) == expected


def test_online_retail_is_built_to_the_cent(online_retail):
    database = online_retail
    assert rows(
        database,
        "select count(*) filter (where is_eligible), "
        "count(*) filter (where not is_eligible), sum(order_count), "
        "sum(total_spend)::varchar from customers",
    ) == [(4339, 33, 18536, "8911407.90")]
    assert rows(
        database,
        "select measure, of_guests::varchar from reconciliation "
        "where measure in ('orders', 'price') order by 1",
    ) == [("orders", "3710.00"), ("price", "1447682.12")]
    assert rows(
        database,
        "select source, rows_checked, rows_affected from data_quality "
        "where check_name = 'items_of_guests'",
    ) == [("online_retail.csv.gz", 541909, 135080)]
    # Each check counts what is left in, or what is left out, and nothing twice.
    assert rows(
        database,
        "select check_name, rows_affected from data_quality where check_name in "
        "('orders_returned', 'items_returned', 'items_repeated_entirely') order by 1",
    ) == [
        ("items_repeated_entirely", 5270),
        ("items_returned", 8905),
        ("orders_returned", 3654),
    ]
    assert rows(
        database,
        "select reason, count(*), sum(placed_order_count) from excluded_customers "
        "group by reason",
    ) == [("only returns, no purchase", 33, 0)]
    table = BeautifulSoup(render_report(database), "html.parser").find(id="money")
    amounts = [float(row.find("data")["value"]) for row in table.find_all("tr")[1:]]
    assert amounts == [9747747.93, -1447682.12, 611342.09, 8911407.90]
    assert rows(database, "select count(*) from order_lines") == [(406829,)]
    assert rows(database, "select count(*) from rejected_rows") == [(0,)]


def test_price_bands_of_online_retail_are_those_of_its_yaml(online_retail):
    found = rows(
        online_retail,
        "select price_band_number, price_band, min(price / quantity)::double, "
        "max(price / quantity)::double from order_lines group by all order by 1",
    )
    assert [band[:2] for band in found] == [
        *((1, "under 0.50"), (2, "0.50 to 1"), (3, "1 to 2")),
        *((4, "2 to 5"), (5, "5 to 10"), (6, "10 and over")),
    ]
    bounds = [0, 0.5, 1, 2, 5, 10, math.inf]
    for low, high, (*_, cheapest, dearest) in zip(
        bounds[:-1], bounds[1:], found, strict=True
    ):
        assert low <= cheapest <= dearest < high
    page = BeautifulSoup(render_report(online_retail), "html.parser")
    for (number,) in rows(online_retail, "select segment_id from segments"):
        shown = page.find(id=f"price_band-{number}-figures").select("tbody th")
        assert [cell.text.strip() for cell in shown] == [
            *("under £0.50", "£0.50 to £1", "£1 to £2"),
            *("£2 to £5", "£5 to £10", "£10 and over"),
        ]


def test_returns_of_online_retail_lower_the_spend(shops_dir, tmp_path):
    project = copy_project(tmp_path)
    source = project / "dbt_project" / "shops" / "online_retail.yml"
    text = source.read_text("utf-8")
    source.write_text(text.replace("returns: cancel", "returns: net"), "utf-8")
    database = build(
        *("--select", "+customers", *NO_TESTS),
        raw_dir=shops_dir / "online_retail",
        database=tmp_path / "build" / "online_retail.duckdb",
        target="dev",
        project=project,
        settings={"OLIST_SHOP": "online_retail"},
    )
    # 33 have no purchase; of 22 more the returns are worth all that they bought, but
    # one of them bought for nothing and returned nothing.
    assert rows(
        database,
        "select count(*) filter (where is_eligible), "
        "count(*) filter (where not is_eligible), sum(total_spend)::varchar "
        "from customers",
    ) == [(4318, 54, "8300065.81")]
    assert rows(
        database,
        "select customer_unique_id, total_spend::varchar, is_eligible from customers "
        "where customer_unique_id in ('12346', '16446') order by 1",
    ) == [("12346", "0.00", False), ("16446", "2.90", True)]


def test_adventureworks_is_joined_to_the_cent(shops_dir, tmp_path):
    database = build(
        *FIGURES,
        raw_dir=shops_dir / "adventureworks",
        database=tmp_path / "build" / "works.duckdb",
        target="dev",
        settings={"OLIST_SHOP": "adventureworks"},
    )
    assert rows(
        database,
        "select count(*), sum(order_count), sum(item_count), sum(total_spend)::varchar "
        "from customers where is_eligible",
    ) == [(17416, 25164, 84174, "24914567.18")]
    assert rows(database, "select count(*) from order_lines where has_item") == [
        (56046,)
    ]
    # The product of one line is in no file, so that nobody knows its price.
    assert rows(
        database,
        "select rows_affected from data_quality "
        "where check_name = 'items_without_amount'",
    ) == [(1,)]


TABLES = {
    "lines": (
        "order_id,product_id,seller_id,quantity,unit_price\n1,p,s,2,5\n2,p,s,1,5\n"
    ),
    "orders": (
        "order_id,customer_id,purchased_at,order_status,delivered_at,promised_at\n"
        "1,a,2024-01-01,Done,2024-01-03 12:00:00,2024-01-02\n"
        "2,b,2024-01-02 10:00 PM,done,,\n3,b,2024-01-03,open,,\n"
    ),
    "customers": "nr,plz\na,10\nb,20\n",
    "products": "product_id,category\np,toys\n",
    "payments": (
        "order_id,payment_type,installments,payment_value\n1,card,3,8\n1,cash,1,2\n"
    ),
    "reviews": "order_id,review_score\n1,4\n",
    "places": "zip_code_prefix,latitude,longitude\n10,52.5,13.4\n30,48.1,11.6\n",
    "sellers": "seller_id,zip_code_prefix\ns,30\n",
}


def test_a_shop_may_have_a_table_for_each_part_of_its_orders(project, tmp_path):
    folder = project / "dbt_project" / "shops"
    entries, macros = [], []
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text)
        meta = {"file": f"{name}.csv"}
        query = (
            f"select * from {{{{ read_table(source('parts', '{name}')) }}}} as rows_"
        )
        if name == "customers":
            meta["columns"] = {"customer_id": "nr", "zip_code_prefix": "plz"}
            query = "{{ mapped(source('parts', 'customers')) }}"
        if name == "orders":
            names = text.splitlines()[0].split(",")
            meta["columns"] = {column: column for column in names}
            query = "{{ mapped(source('parts', 'orders')) }}"
        entries.append({"name": name, "config": {"meta": meta}})
        table = "order_lines" if name == "lines" else name
        macros.append(f"{{% macro parts__{table}() -%}}{query}{{%- endmacro %}}")
    (folder / "parts.sql").write_text("\n".join(macros))
    settings = {"statuses": {"counted": ["done"], "open": ["open"]}, "places": "DE"}
    options = add_shop(project, "parts", settings, {})
    source = yaml.safe_load((folder / "parts.yml").read_text("utf-8"))
    source["sources"][0]["tables"] = entries
    (folder / "parts.yml").write_text(yaml.safe_dump(source))
    database = build(
        *FIGURES,
        raw_dir=tmp_path,
        database=tmp_path / "build" / "parts.duckdb",
        **options,
        variables={"max_rejected_share": 1, "max_defect_share": 1},
    )
    assert rows(
        database,
        "select order_id, customer_unique_id, order_status, is_delivered, "
        "order_total::double, main_payment_type, installments, review_score, is_late "
        "from orders order by 1",
    ) == [
        ("1", "a", "done", True, 10.0, "card", 3, 4, True),
        ("3", "b", "open", False, 0.0, "unknown", None, None, None),
    ]
    assert rows(
        database, "select file, line_number, column_name, reason from rejected_rows"
    ) == [("orders.csv", 3, "purchased_at", "not a date: 2024-01-02 10:00 PM")]
    assert rows(
        database, "select category, distance_km::double from order_lines where has_item"
    ) == [("toys", 505.6)]
