"""Exports of shop systems, workbooks and tables of databases become segments."""

import re
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import shop_files
import yaml
from conftest import NO_TESTS, SHOP_TABLES, build, dbt, rows
from olist_segments.cli import main
from test_connect import HEADER, row, workbook

pytestmark = pytest.mark.slow


def options_of(folder: Path, shop: str, **options) -> dict:
    """Return how dbt builds a shop."""
    return {
        "raw_dir": folder,
        "database": folder / "built" / f"{shop}.duckdb",
        "target": "dev",
        "settings": {"OLIST_SHOP": shop},
        **options,
    }


@pytest.mark.parametrize("shop", ["shopify", "woocommerce"])
def test_an_export_adds_up_to_what_customers_paid(
    shop, exported, tmp_path, project_copy
):
    found = shop_files.orders()
    expected = shop_files.expected(found)
    files, database = exported(shop)
    assert rows(
        database,
        "select count(*), sum(order_count), sum(total_spend) from customers",
    ) == [(expected.customers, expected.orders, expected.revenue)]
    # Order by order, with what does not count.
    number = "cast(replace(order_id, '#', '') as integer)"
    totals = dict(rows(database, f"select {number}, order_total from orders"))
    assert totals == {
        one.number: one.total - one.refunded for one in found if one.person is not None
    }
    ((guests,),) = rows(
        database,
        "select rows_affected from data_quality where check_name = 'orders_of_guests'",
    )
    assert guests == expected.guests
    # A person is an email, whatever its capitals; a zip code has no apostrophe.
    assert rows(
        database,
        "select distinct zip_code_prefix, city from customers order by 1",
    ) == [("73301", "Austin"), ("89501", "Reno"), ("97301", "Salem")]
    # Who got everything back has no segment, even if it was within one order.
    returned = rows(
        database,
        "select count(*) from excluded_customers where reason = 'everything returned'",
    )
    assert returned[0][0] > 0
    # A refund is no product and no piece.
    pieces = {one.number: sum(i.quantity for i in one.items) for one in found}
    counts = rows(database, f"select {number}, item_count from orders")
    assert counts == [(key, pieces[key]) for key, _ in counts]
    products = rows(database, "select count(distinct product_id) from order_lines")
    assert products == [(40,)]
    # A file with another currency is refused before anything is built.
    folder, more = Path(shutil.copytree(files, tmp_path / "files")), tmp_path / "more"
    more.mkdir()
    new = [one._replace(number=one.number + 9000) for one in found[:10]]
    other = getattr(shop_files, f"write_{shop}")(more, new, currency="CAD")
    other.rename(folder / other.name.replace(".csv", "_2.csv"))
    options = options_of(folder, shop)
    database = options["database"]
    result = dbt("build", *SHOP_TABLES, **options)
    assert result.returncode == 2
    assert re.search(r"CAD.*USD|USD.*CAD", result.stdout)
    # Leaving it out leaves what there was, also where only first lines name it.
    source = project_copy / "dbt_project" / "shops" / f"{shop}.yml"
    text = source.read_text("utf-8")
    source.write_text(
        text.replace("other_currencies: refuse", "other_currencies: exclude"), "utf-8"
    )
    build("--select", "+orders", *NO_TESTS, **options, project=project_copy)
    assert dict(rows(database, f"select {number}, order_total from orders")) == totals


def test_a_workbook_is_connected_and_built(project_copy, tmp_path, monkeypatch):
    folder = tmp_path / "files"
    folder.mkdir()
    lines = [row(f"C{n % 9}", f"({40513 + n}.25)", 2, 1.25) for n in range(30)]
    path = workbook(folder / "Orders 2011.xlsx", HEADER + "".join(lines))
    monkeypatch.chdir(project_copy)
    assert main(["connect", str(path), "--name", "books"]) == 0
    database = build(*SHOP_TABLES, **options_of(folder, "books", project=project_copy))
    assert rows(
        database,
        "select count(*), sum(order_count), sum(item_count), sum(total_spend), "
        "min(first_purchased_at)::varchar from customers",
    ) == [(9, 30, 60, Decimal("75.00"), "2010-12-01 06:00:00")]


def test_a_table_of_an_attached_database_is_built(project_copy, tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    with duckdb.connect(str(folder / "erp.duckdb")) as connection:
        connection.execute(
            "create schema sales; create table sales.lines as select "
            "n % 7 as customer, date '2024-01-01' + n::integer as sold_on, "
            "n + 0.5 as amount from range(20) as t(n)"
        )
    profiles = project_copy / "profiles.yml"
    content = yaml.safe_load(profiles.read_text("utf-8"))
    content["olist_segments"]["outputs"]["dev"]["attach"] = [
        {"path": str(folder / "erp.duckdb"), "alias": "erp", "read_only": True}
    ]
    profiles.write_text(yaml.safe_dump(content), "utf-8")
    (project_copy / "dbt_project" / "shops" / "till.yml").write_text(
        """
version: 2
sources:
  - name: till
    database: erp
    schema: sales
    config:
      enabled: "{{ (env_var('OLIST_SHOP', '') or var('shop')) == 'till' }}"
    tables:
      - name: order_lines
        identifier: lines
        config:
          meta:
            columns: {customer_id: customer, purchased_at: sold_on, amount: amount}
""",
        "utf-8",
    )
    database = build(*SHOP_TABLES, **options_of(folder, "till", project=project_copy))
    assert rows(
        database,
        "select count(*), sum(order_count), sum(total_spend) from customers",
    ) == [(7, 20, Decimal("200.00"))]
