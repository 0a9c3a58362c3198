"""The mapping that is proposed for a shop's files, and how it is written down."""

import gzip
import os
import re
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest
import yaml
from olist_segments.cli import main
from olist_segments.connect.mapping import (
    Column,
    currency_signs,
    inputs,
    propose,
    tokens_of,
)
from olist_segments.connect.proposal import round_bounds, status_means
from olist_segments.connect.values import USUAL_TIME, Numbers, numbers_of
from olist_segments.project import called
from olist_segments.raw.tables import table_files
from olist_segments.raw.workbooks import write_csv

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """Be in a project without shops."""
    (tmp_path / "dbt_project.yml").touch()
    (tmp_path / "dbt_project").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OLIST_DB", raising=False)
    return tmp_path


def mapped(header: str) -> dict[str, str]:
    """Return the mapping of a header, in which kinds follow a colon."""
    columns = []
    for one in header.split(";"):
        name, _, kind = one.strip().partition(":")
        kinds = {"whole", "number"} if kind == "whole" else {kind or "text"}
        time = "%Y-%m-%d" if kind == "time" else ""
        columns.append(Column(name, frozenset(kinds), date_format=time))
    return {name: column.name for name, column in propose(columns).items()}


def connected(project: Path, *words: str) -> dict:
    """Connect files, and return the source that was written."""
    assert main(["connect", *words]) == 0
    (path,) = (project / "dbt_project" / "shops").glob("*.yml")
    (source,) = yaml.safe_load(path.read_text("utf-8"))["sources"]
    return source


def written(folder: Path, name: str, text: str, encoding: str = "utf-8") -> str:
    path = folder / name
    path.write_text(text, encoding)
    return str(path)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param(
            "InvoiceNo; StockCode; Description; Quantity:whole; InvoiceDate:time; "
            "UnitPrice:number; CustomerID:whole; Country",
            {
                "customer_id": "CustomerID",
                "purchased_at": "InvoiceDate",
                "quantity": "Quantity",
                "unit_price": "UnitPrice",
                "order_id": "InvoiceNo",
                "product_id": "StockCode",
                "country": "Country",
            },
            id="Online Retail",
        ),
        pytest.param(
            "Bestell-Nr.:whole; Kundennummer; Bestelldatum:time; Lieferdatum:time; "
            "Artikel; Menge:whole; Einzelpreis (EUR):number; Versandkosten:number; "
            "Ort; PLZ:whole; Straße; Zahlungsart",
            {
                "customer_id": "Kundennummer",
                "purchased_at": "Bestelldatum",
                "quantity": "Menge",
                "unit_price": "Einzelpreis (EUR)",
                "order_id": "Bestell-Nr.",
                "product_id": "Artikel",
                "freight": "Versandkosten",
                "delivered_at": "Lieferdatum",
                "city": "Ort",
                "zip_code_prefix": "PLZ",
                "payment_type": "Zahlungsart",
            },
            id="German",
        ),
        pytest.param(
            "Numéro de commande; Code client; Date de commande:time; "
            "Montant TTC:number; Quantité:whole; Catégorie; Ville; Code postal; "
            "Mode de paiement",
            {
                "customer_id": "Code client",
                "purchased_at": "Date de commande",
                "amount": "Montant TTC",
                "quantity": "Quantité",
                "order_id": "Numéro de commande",
                "category": "Catégorie",
                "city": "Ville",
                "zip_code_prefix": "Code postal",
                "payment_type": "Mode de paiement",
            },
            id="French",
        ),
        pytest.param(
            "id_pedido; id_cliente; fecha_pedido:time; cantidad:whole; "
            "precio_unitario:number; provincia; estado_pedido; forma_de_pago",
            {
                "customer_id": "id_cliente",
                "purchased_at": "fecha_pedido",
                "quantity": "cantidad",
                "unit_price": "precio_unitario",
                "order_id": "id_pedido",
                "order_status": "estado_pedido",
                "state": "provincia",
                "payment_type": "forma_de_pago",
            },
            id="Spanish",
        ),
        pytest.param(
            "klant_id; datum:time; aantal:whole; bedrag:number; plaats",
            {
                "customer_id": "klant_id",
                "purchased_at": "datum",
                "amount": "bedrag",
                "quantity": "aantal",
                "city": "plaats",
            },
            id="Dutch",
        ),
        pytest.param(
            "customer:whole; date:time; quantity:whole; amount:number",
            {
                "customer_id": "customer",
                "purchased_at": "date",
                "amount": "amount",
                "quantity": "quantity",
            },
            id="four columns",
        ),
        pytest.param(
            "customer_unique_id; customer_id; order_purchase_timestamp:time; "
            "price:number; freight_value:number; order_delivered_customer_date:time; "
            "order_estimated_delivery_date:time; customer_zip_code_prefix:whole",
            {
                "customer_id": "customer_unique_id",
                "purchased_at": "order_purchase_timestamp",
                "unit_price": "price",
                "freight": "freight_value",
                "delivered_at": "order_delivered_customer_date",
                "promised_at": "order_estimated_delivery_date",
                "zip_code_prefix": "customer_zip_code_prefix",
            },
            id="Olist, joined",
        ),
    ],
)
def test_columns_are_found_by_their_usual_names(header, expected):
    assert mapped(header) == expected


def test_a_name_counts_only_if_the_values_fit():
    assert "purchased_at" not in mapped("customer; date; amount:number")
    assert "amount" not in mapped("customer; date:time; amount")
    assert "customer_id" not in mapped("customer:number; date:time; amount:number")


def test_the_only_column_with_times_is_the_time_of_purchase():
    assert mapped("customer; wann:time; amount:number")["purchased_at"] == "wann"
    assert "purchased_at" not in mapped("customer; a:time; b:time; amount:number")


def test_names_of_people_and_segments_are_no_customers():
    assert "customer_id" not in mapped("Customer Name; Customer Segment; date:time")


def test_names_are_split_into_words():
    assert tokens_of("SalesOrderID") == ["sales", "order", "id"]
    assert tokens_of("N° de commande (TTC)") == ["n", "de", "commande", "ttc"]
    assert tokens_of("straße_nr") == ["strasse", "nr"]


def test_a_word_stands_for_one_input_column():
    words = [word for one in inputs().values() for word in one.words]
    assert sorted(set(words)) == sorted(words)


def test_the_input_columns_are_those_of_the_staging_model():
    text = (ROOT / "models" / "staging" / "_staging.yml").read_text("utf-8")
    (lines,) = (m for m in yaml.safe_load(text)["models"] if m["name"] == "stg_lines")
    names = {one["name"] for one in lines["columns"]}
    assert set(inputs()) == names - {"is_return", "has_null_word", "has_order_id"}


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("Completed", "counted"),
        ("partially_refunded", "counted"),
        ("refunded", "canceled"),
        ("Storniert", "canceled"),
        ("annulée", "canceled"),
        ("bezahlt", "counted"),
        ("nicht bezahlt", "other"),
        ("on-hold", "other"),
        ("pending payment", "other"),
    ],
)
def test_the_words_of_a_status_say_whether_an_order_counts(status, meaning):
    assert status_means(status) == meaning


def test_a_german_file_is_read_as_it_is(project, capsys):
    text = (
        "Bestellnummer;Kunde;Datum;Betrag (EUR);Status\n"
        "1;Käthe;31.12.2024 14:05;1.234,50;abgeschlossen\n"
        "2;Jörg;01.01.2025 09:12;-9,90;storniert\n"
        "3;;02.01.2025 09:12;5,00;offen\n"
    ) + "4;Käthe;31.12.2024 14:05;1,00;abgeschlossen\n" * 200
    text += "5;Käthe;31.02.2025 14:05;zwei;abgeschlossen\n"  # one line is wrong
    source = connected(project, written(project, "mein Laden.csv", text, "latin-1"))
    assert source["name"] == "mein_laden"
    settings = source["config"]["meta"]
    assert settings["currency"] == {"code": "EUR", "symbol": "€", "name": "euros"}
    assert (settings["returns"], settings["guests"]) == ("net", "exclude")
    assert settings["statuses"] == {
        "counted": ["abgeschlossen"],
        "canceled": ["storniert"],
        "open": ["offen"],
    }
    (table,) = source["tables"]
    assert table["config"]["meta"] == {
        "file": "mein Laden.csv",
        "delimiter": ";",
        "encoding": "cp1252",
        "decimal": ",",
        "date_format": "%d.%m.%Y %H:%M",
        "columns": {
            "customer_id": "Kunde",
            "purchased_at": "Datum",
            "amount": "Betrag (EUR)",
            "order_id": "Bestellnummer",
            "order_status": "Status",
        },
    }
    said = capsys.readouterr().out
    assert "204 lines, separated by semicolons, cp1252, decimal commas" in said
    assert "below 0: 1." in said
    assert "without a customer: 1." in said
    assert "that can be read: 1." in said
    assert f"OLIST_SHOP=mein_laden {called('build')}" in said
    assert f"OLIST_SHOP=mein_laden {called('report')}" in said


def test_ids_that_a_spreadsheet_made_numbers_of_are_repaired(project):
    text = "customer id,date,amount\n17850.0,2024-01-01,1.5\n17850,2024-01-02,2\n"
    source = connected(project, written(project, "orders.csv", text))
    columns = source["tables"][0]["config"]["meta"]["columns"]
    assert columns["customer_id"] == "regexp_replace(\"customer id\", '[.]0+$', '')"


def test_money_with_signs_and_commas_between_thousands_is_read(project):
    lines = 'a,1/31/2024,1,"$1,200.50"\nb,2/1/2024,2,$5\n'
    path = written(project, "orders.csv", f"customer,date,quantity,total\n{lines}")
    meta = connected(project, path)["tables"][0]["config"]["meta"]
    assert meta["columns"]["amount"] == "translate(total, '$,', '')"
    assert meta["columns"]["quantity"] == "quantity"
    assert meta["date_format"] == "%m/%d/%Y"


def test_a_parquet_file_is_connected(project):
    path = project / "orders.parquet"
    duckdb.sql(
        "select 'a' as customer, timestamp '2024-01-31 10:00:00' as date, 1.5 as amount"
    ).write_parquet(str(path))
    meta = connected(project, str(path))["tables"][0]["config"]["meta"]
    assert meta["file"] == "orders.parquet"
    assert set(meta["columns"]) == {"customer_id", "purchased_at", "amount"}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param("1.234,56 20,00", {"decimal": ","}, id="decimal comma"),
        pytest.param("1\u00a0234,56|20,00", {"decimal": ","}, id="spaces"),
        pytest.param("1.234,56 €|5 €", {"decimal": ",", "sign": "€"}, id="euro"),
        pytest.param("£12.50 £1,200.00", {"sign": "£", "marks": ","}, id="pound"),
        pytest.param("USD 12.50|USD 3", {"sign": "USD"}, id="code"),
        pytest.param("R$ 1.212,50|R$ 2,00", {"decimal": ",", "sign": "R$"}, id="real"),
        pytest.param("1'234.50 20.00", {"marks": "'"}, id="apostrophe"),
        pytest.param("0.500 1.234", {}, id="three decimals"),
        pytest.param("1,234 20", {"marks": ",", "unsure": "1,234"}, id="thousands?"),
        pytest.param("1.234 20", {"decimal": ",", "unsure": "1.234"}, id="points?"),
        pytest.param("1.234 20.000", {"unsure": "1.234"}, id="three decimals?"),
        pytest.param("1,234,567 5", {"marks": ","}, id="two groups"),
        pytest.param("€5 $3 €2", {"sign": "€", "signs": ("€", "$")}, id="two signs"),
    ],
)
def test_numbers_are_read_as_they_are_written(values, expected):
    listed = values.split("|") if "|" in values else values.split(" ")
    found = numbers_of([(one, 1) for one in listed], currency_signs())
    defaults = {"decimal": ".", "marks": "", "sign": "", "unsure": ""}
    assert {one: getattr(found, one) for one in {**defaults, **expected}} == (
        {**defaults, **expected}
    )


def test_other_columns_tell_what_a_point_means():
    values = [("1.234", 1), ("20", 1)]
    assert numbers_of(values, (), ",").decimal == ","
    assert numbers_of(values, (), ".") == Numbers()
    assert numbers_of([("1,5", 1), ("12.50", 1)]) is None
    assert numbers_of([("R536365", 1)], currency_signs()) is None


def test_usual_times_are_those_that_a_build_reads_without_a_format():
    folder = ROOT / "dbt_project" / "macros" / "shop"
    (pattern,) = re.findall(r"'(\[0-9\].*)'", (folder / "time_pattern.sql").read_text())
    (offset,) = re.findall(r"offset = '(.*)'", (folder / "read_time.sql").read_text())
    assert f"{pattern}({offset})?" == USUAL_TIME


def meta_of(project: Path, *lines: str, words: tuple[str, ...] = ()) -> dict:
    """Connect a CSV of these lines, and return what the YAML says about the table."""
    path = written(project, "orders.csv", "\n".join(lines) + "\n")
    return connected(project, path, *words)["tables"][0]["config"]["meta"]


@pytest.mark.parametrize(
    ("times", "date_format", "said"),
    [
        (["31/12/2017", "01/02/2017"], "%d/%m/%Y", ""),
        (["12/31/2017", "01/02/2017"], "%m/%d/%Y", ""),
        (["01/02/2017", "03/04/2017"], "%d/%m/%Y", "write date_format: '%m/%d/%Y'"),
        (["01/02/17", "03/04/17"], "%d/%m/%y", "write date_format: '%m/%d/%y'"),
        (["01.02.2017 23:59"], "%d.%m.%Y %H:%M", ""),
        (["2017-12-31 23:30", "2017-02-01", "2017-02-01T00:01:02.5Z"], None, "offset"),
        (["2017-12-31 23:30:00+02:00"], None, "set time_zone"),
        (["2017-12-31 23:30:00 UTC"], None, "set time_zone"),
    ],
)
def test_times_are_read_as_they_are_written(times, date_format, said, project, capsys):
    lines = [f"c{number},{time},10" for number, time in enumerate(times)]
    meta = meta_of(project, "customer,date,amount", *lines)
    assert meta.get("date_format") == date_format
    printed = capsys.readouterr().out
    assert said in printed
    text = (project / "dbt_project" / "shops" / "orders.yml").read_text("utf-8")
    assert ("days are never above 12" in text) == ("date_format" in said)
    assert ("tells the day" in printed) == ("date_format" in said)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1514764800", "epoch_ms(try_cast(date as bigint) * 1000)"),
        ("1514764800000", "epoch_ms(try_cast(date as bigint))"),
        (
            "43100.5",
            "timestamp '1899-12-30' + "
            "to_seconds(round(try_cast(date as double) * 86400))",
        ),
    ],
)
def test_numbers_may_stand_for_times(value, expected, project):
    meta = meta_of(project, "customer,date,amount", f"a,{value},10")
    assert meta["columns"]["purchased_at"] == expected
    sql = expected.replace("date as", f"'{value}' as")
    ((time,),) = duckdb.sql(f"select ({sql})::date::varchar").fetchall()
    assert time in ("2018-01-01", "2017-12-31")


def test_columns_may_be_written_in_different_ways(project):
    header = "Kunde;Datum;Menge;Preis;Lieferdatum"
    meta = meta_of(project, header, "a;31.12.2023;1,5;12.50;1/31/2024")
    assert "decimal" not in meta
    assert meta["date_format"] == "%d.%m.%Y"
    assert meta["columns"]["quantity"] == "replace(translate(Menge, '.', ''), ',', '.')"
    assert meta["columns"]["unit_price"] == "Preis"
    assert meta["columns"]["delivered_at"] == "try_strptime(Lieferdatum, '%m/%d/%Y')"


def test_a_joined_column_that_needs_sql_is_not_read_before(project):
    orders = "order_id,customer_id,order_date\n1,a,31.12.2023\n2,b,1.1.2024\n"
    items = "order_id,sku,price\n1,x,£1.50\n1,y,£2.50\n2,x,£1.50\n"
    source = connected(
        project,
        written(project, "orders.csv", orders),
        written(project, "order_items.csv", items),
    )
    types = [one.get("columns") for one in source["tables"]]
    assert types == [None, [{"name": "order_date", "data_type": "timestamp"}]]
    sql = (project / "dbt_project" / "shops" / "orders.sql").read_text("utf-8")
    assert "translate(order_items.price, '£', '') as unit_price" in sql


def test_what_values_may_mean_as_well_is_said(project, capsys):
    lines = [f"c{n},2024-01-01,{n},20" for n in range(20)] + [
        *("C1,2024-01-01,2 kg,20", 'x,2024-01-01,3,"1,234"'),
        *["0,2024-01-01,3,5"] * 9,
    ]
    meta = meta_of(project, "customer,date,quantity,total", *lines)
    assert meta["columns"]["amount"] == "translate(total, ',', '')"
    said = capsys.readouterr().out
    for part in (
        "tells whether 1,234 has decimals: it is taken for 1234",
        "quantity is called like quantity, but its values, such as '0' and '2 kg'",
        "a line counts as one piece",
        "only in capital letters: 1. To join them, write lower(customer)",
        "Customer 0 has more than a tenth of the lines",
    ):
        assert part in said
    text = (project / "dbt_project" / "shops" / "orders.yml").read_text("utf-8")
    assert "# 1,234 is taken for 1234" in text


def test_amounts_in_another_currency_are_not_added(project, capsys):
    lines = [f"c{n},2024-01-01,€{n}.50" for n in range(9)] + ["x,2024-01-01,$3.00"]
    meta = meta_of(project, "email,date,amount", *lines)
    assert meta["columns"]["amount"] == "translate(amount, '€', '')"
    said = capsys.readouterr().out
    assert "several currencies (EUR, USD): only those in EUR are read" in said
    assert "that can be read: 1." in said


def test_addresses_are_the_same_in_capitals_and_small_letters(project):
    lines = ["A@x.org,2024-01-01,5", "a@x.org,2024-01-02,5"]
    meta = meta_of(project, "email,date,amount", *lines)
    assert meta["columns"]["customer_id"] == "lower(email)"


def test_lines_that_cannot_be_read_are_counted(project, capsys):
    lines = [f'c{n},2024-01-01,5,"two\nlines"' for n in range(9)]
    meta_of(project, "customer,date,amount,note", *lines, "x,2024-01-01,5", ",,,")
    said = capsys.readouterr().out
    assert "10 lines" in said
    assert "without a customer: 1." in said  # as a build counts it
    assert "cannot be read: 1 (orders.csv line 20: too few fields)" in said


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["orders_1.csv", "orders_2.csv"], "orders_3.csv: connect it as well"),
        (["orders_1.csv", "below/orders_2.csv"], "are in several folders"),
    ],
)
def test_files_that_a_build_would_not_find_alone_are_refused(
    names, reason, project, capsys
):
    (project / "below").mkdir()
    text = "customer,date,amount\na,2024-01-01,5\n"
    paths = [written(project, name, text) for name in [*names, "orders_3.csv"]]
    assert main(["connect", *paths[:2]]) == 2
    assert reason in capsys.readouterr().err


def test_files_of_a_table_may_differ_in_order_and_must_not_in_encoding(project, capsys):
    first = written(
        project, "o [1].csv", "customer,date,amount\nJörg,2024-01-01,5\n", "cp1252"
    )
    second = written(project, "o [2].csv", "amount,Customer,date\n7,b,2024-01-02\n")
    source = connected(project, first, second)
    meta = source["tables"][0]["config"]["meta"]
    assert (meta["file"], meta["encoding"]) == ("o [[]*].csv", "cp1252")
    assert "2 lines" in capsys.readouterr().out
    assert [one.name for one in table_files(project, meta["file"])] == (
        ["o [1].csv", "o [2].csv"]
    )
    written(project, "o [2].csv", "customer,date,amount\nJörg,2024-01-02,7\n")
    assert main(["connect", first, second, "--force"]) == 2
    assert "o [1].csv is in cp1252 and o [2].csv is in utf-8" in capsys.readouterr().err


def test_a_parquet_file_may_have_any_types(project, capsys):
    path = project / "orders.parquet"
    duckdb.sql(
        "select 17850.0::double as customer, timestamptz '2024-01-31 23:30:00+00' as "
        "date, 1.5::decimal(9, 2) as amount, 'toys'::enum('toys') as category"
    ).write_parquet(str(path))
    meta = connected(project, str(path))["tables"][0]["config"]["meta"]
    assert meta["columns"] == {
        "customer_id": "regexp_replace(cast(customer as varchar), '[.]0+$', '')",
        "purchased_at": "date",
        "amount": "amount",
        "category": "category",
    }
    assert "2024-01-31 23:30:00+00" in capsys.readouterr().out


def test_the_total_of_an_order_is_not_taken_for_the_amount_of_each_line(project):
    lines = "".join(f"{n // 3},{n // 9},2024-01-01,1,{n}.5,99\n" for n in range(30))
    text = "order_id,customer,date,quantity,price,total\n" + lines
    source = connected(project, written(project, "orders.csv", text))
    columns = source["tables"][0]["config"]["meta"]["columns"]
    assert columns["unit_price"] == "price"
    assert "amount" not in columns
    assert source["config"]["meta"]["price_bands"] == [5, 10, 20]


@pytest.mark.parametrize(
    ("prices", "bounds"),
    [
        ([0.63, 1.25, 2.08, 4.13, 7.95], [0.5, 1, 2, 5, 10]),  # Online Retail
        ([23, 40, 75, 135, 230], [20, 50, 100, 200]),  # Olist
        ([9.99] * 5, [10]),
        ([0.001, 0.013, 1_400_000], [0.01, 1_000_000]),
        ([], []),
    ],
)
def test_bounds_of_price_bands_are_round(prices, bounds):
    assert round_bounds(prices) == bounds


def test_files_are_put_together_and_joined_by_their_keys(project, capsys):
    head = "OrderDate,OrderNumber,ProductKey,CustomerKey,TerritoryKey,Quantity"
    # The first file ends every line with an empty column.
    first = "1-Jan-2015,SO1,10,7,1,2,\n2-Jan-2015,SO2,11,8,2,1,\n"
    areas = "SalesTerritoryKey,Region\n1,North\n2,South\n"
    files = [
        written(project, "AW_Sales_2015.csv", f"{head},\n{first}"),
        written(project, "AW_Sales_2016.csv", f"{head}\n3-Jan-2016,SO3,10,7,1,1\n"),
        written(
            project,
            "AW_Products.csv",
            "ProductKey,Name,GroupKey,ProductPrice\n10,Bike,1,99.5\n11,Bell,2,5\n",
        ),
        written(project, "AW_Groups.csv", "GroupKey,CategoryName\n1,Bikes\n2,Parts\n"),
        written(project, "AW_Areas.csv", areas),
        written(project, "AW_Returns.csv", "ProductKey,ReturnQuantity\n10,1\n"),
    ]
    source = connected(project, *files)
    assert source["name"] == "aw"
    assert {one["name"]: one["config"]["meta"]["file"] for one in source["tables"]} == {
        "sales": "AW_Sales_201*.csv",
        "products": "AW_Products.csv",
        "groups": "AW_Groups.csv",
        "areas": "AW_Areas.csv",
    }
    sales = source["tables"][0]
    assert sales["config"]["meta"]["date_format"] == "%d-%b-%Y"
    assert sales["columns"] == [
        {"name": "OrderDate", "data_type": "timestamp"},
        {"name": "Quantity", "data_type": "decimal(18, 6)"},
    ]
    sql = (project / "dbt_project" / "shops" / "aw.sql").read_text("utf-8")
    for part in (
        "{% macro aw__order_lines() -%}",
        "sales.OrderDate as purchased_at",
        "products.ProductPrice as unit_price",
        "groups.CategoryName as category",
        "areas.Region as state",
        "on sales.ProductKey = products.ProductKey",
        "on products.GroupKey = groups.GroupKey",
        "on sales.TerritoryKey = areas.SalesTerritoryKey",
    ):
        assert part in sql
    assert "AW_Returns.csv" in capsys.readouterr().out


def test_orders_are_joined_to_their_items(project):
    orders = "order_id,customer_id,order_date\n1,a,2024-01-01\n2,b,2024-01-02\n"
    items = "order_id,sku,price\n1,x,1.5\n1,y,2.5\n2,x,1.5\n"
    connected(
        project,
        written(project, "orders.csv", orders),
        written(project, "order_items.csv", items),
    )
    sql = (project / "dbt_project" / "shops" / "orders.sql").read_text("utf-8")
    assert "source('orders', 'order_items')) }} as order_items" in sql
    assert "on order_items.order_id = orders.order_id" in sql


def test_what_cannot_be_found_is_refused_and_can_be_named(project, capsys):
    path = written(project, "orders.csv", "wer,date,amount\nx,2024-01-01,1\n")
    assert main(["connect", path]) == 2
    said = capsys.readouterr().err
    assert "cannot find the customer in orders.csv" in said
    assert "wer, date, amount" in said
    assert "--column customer_id=COLUMN" in said
    assert not (project / "dbt_project" / "shops").exists()
    source = connected(project, path, "--column", "customer_id=wer")
    assert source["tables"][0]["config"]["meta"]["columns"]["customer_id"] == "wer"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("kunde;datum;betrag\na;gestern;5\n", "but its values, such as 'gestern'"),
        ("a;b\n", "has a header but no lines"),
        ("1,2024-01-01,5\n2,2024-01-02,6\n", "must name its columns"),
        ("just a text\nand another\n", "it is 'just a text'. If this is a title"),
        ("Orders,,\n,,\nkunde,datum,betrag\na,2024-01-01,5\n", "it is 'Orders'. If"),
        ("sep=;\nkunde;datum;betrag\na;2024-01-01;5\n", "it is 'sep='. If"),
        ("", "is empty"),
        ("kunde,datum,betrag,betrag\na,2024-01-01,5,6\n", "a column twice: betrag"),
        ("kunde,datum,betrag\na,2024-01-01,5,50\n", "line 2: too many fields"),
        ("kunde,datum,betrag\na,2024-01-01,5 kg\n", "such as '5 kg', are no numbers"),
        ("kunde,datum,betrag\n1.25,2024-01-01,5\n", "add --column customer_id=kunde"),
        (
            "kunde,datum,betrag\na,31/01/2024,5\nb,01/31/2024,5\n",
            "such as '31/01/2024' and '01/31/2024', are not written in one way",
        ),
        ("kunde,datum,betrag {{EUR}}\na,2024-01-01,5\n", "means something else to dbt"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(text, reason, project, capsys):
    assert main(["connect", written(project, "orders.csv", text)]) == 2
    assert reason in capsys.readouterr().err


def test_what_a_user_has_corrected_is_not_replaced_without_being_told(project, capsys):
    path = written(project, "orders.csv", "customer,date,amount\nx,2024-01-01,1\n")
    connected(project, path)
    shop = project / "dbt_project" / "shops" / "orders.yml"
    shop.write_text("corrected", encoding="utf-8")
    assert main(["connect", path]) == 2
    assert "--force" in capsys.readouterr().err
    assert shop.read_text("utf-8") == "corrected"
    assert main(["connect", path, "--force"]) == 0
    assert shop.read_text("utf-8") != "corrected"


def workbook(path: Path, *sheets: str) -> Path:
    """Write an Excel workbook; each sheet is the XML of its rows."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    main_space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" '
            f'ContentType="{kind}.worksheet+xml"/>'
            for n in numbers
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main_space}" xmlns:r="{office}"><sheets>'
        + "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers)
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        + "".join(
            f'<Relationship Id="r{n}" Type="{office}/worksheet" '
            f'Target="worksheets/sheet{n}.xml"/>'
            for n in numbers
        )
        + f'<Relationship Id="s" Type="{office}/styles" Target="styles.xml"/>'
        "</Relationships>",
        # The second format of cells is a time.
        "xl/styles.xml": f'<styleSheet xmlns="{main_space}"><cellXfs count="2">'
        '<xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>',
    }
    for n, rows in zip(numbers, sheets, strict=True):
        parts[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{main_space}"><sheetData>{rows}</sheetData></worksheet>'
        )
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def row(*cells: str | float) -> str:
    """Return a row of a sheet; a number of days in brackets is a time."""
    found = []
    for cell in cells:
        if isinstance(cell, str) and cell.startswith("("):
            found.append(f'<c s="1"><v>{cell.strip("()")}</v></c>')
        elif isinstance(cell, str):
            found.append(f'<c t="inlineStr"><is><t>{cell}</t></is></c>')
        else:
            found.append(f"<c><v>{cell}</v></c>")
    return f"<row>{''.join(found)}</row>"


HEADER = row("Customer ID", "InvoiceDate", "Quantity", "Price")


def test_a_workbook_becomes_a_csv(tmp_path):
    path = workbook(
        tmp_path / "Online Retail.xlsx",
        row("Orders of a shop") + HEADER + row(17850, "(40513.351388888892)", 6, 2.55),
        HEADER + row("C, 1", "(40514)", -1, 1),
        row("Notes") + row("a sheet of another kind"),
    )
    write_csv(path, tmp_path / "Online Retail.csv")
    assert (tmp_path / "Online Retail.csv").read_text("utf-8") == (
        "Customer ID,InvoiceDate,Quantity,Price\n"
        "17850,2010-12-01 08:26:00,6,2.55\n"
        '"C, 1",2010-12-02 00:00:00,-1,1\n'
    )


def test_a_workbook_is_connected_as_it_is(project, capsys):
    path = workbook(
        project / "Online Retail.xlsx",
        HEADER + row(17850, "(40513.35)", 6, 2.55),
        HEADER + row(17851, "(40514.35)", 1, 2.55),
        row("Customer", "InvoiceDate", "Price") + row(17852, "(40514.35)", 2.55),
        row("Notes"),
    )
    source = connected(project, str(path), "--name", "retail")
    assert source["tables"][0]["config"]["meta"]["file"] == "Online Retail.xlsx"
    assert not (project / "Online Retail.csv").exists()
    said = capsys.readouterr().out
    assert "2 lines" in said
    assert "with another first row, which are not read: S3." in said


def test_a_workbook_that_is_none_is_refused(project, capsys):
    path = written(project, "orders.xlsx", "customer,date,amount\n")
    assert main(["connect", path]) == 2
    assert "is not a complete workbook" in capsys.readouterr().err


def test_the_page_lists_every_input_column_and_what_it_adds():
    page = (ROOT / "dbt_project" / "docs" / "your_shop.md").read_text("utf-8")
    table = page.partition("### Input columns")[2].partition("### Settings")[0]
    listed = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", table, re.MULTILINE)
    assert [name for name, _ in listed] == list(inputs())
    for name, adds in listed:
        assert not inputs()[name].adds or adds == inputs()[name].adds


def test_the_page_shows_what_connect_prints_for_online_retail(project, capsys):
    folder = os.environ.get("OLIST_SHOPS_DIR")
    if not folder:
        pytest.skip("OLIST_SHOPS_DIR names no folder with files of other shops")
    path = Path(folder) / "online_retail" / "online_retail.csv.gz"
    connected(project, str(path), "--name", "gifts", "--currency", "GBP")
    said = capsys.readouterr().out.partition("\nNot found")[0].strip()
    page = (ROOT / "dbt_project" / "docs" / "your_shop.md").read_text("utf-8")
    assert f"```\n{said}\n```" in page


def test_a_file_of_a_shop_is_found_packed_or_as_a_workbook(tmp_path):
    def found(pattern: str) -> list[tuple[str, str]]:
        files = table_files(tmp_path, pattern)
        return [(one.name, Path(one.path).read_text("utf-8")) for one in files]

    book = workbook(tmp_path / "Online Retail.xlsx", row("a", "b") + row(1, 2))
    with zipfile.ZipFile(tmp_path / "online+retail.zip", "w") as archive:
        archive.write(book, "folder/Online Retail.xlsx")
        archive.writestr("notes.txt", "c")
    pattern = "[Oo]nline?[Rr]etail.csv"
    assert found(pattern) == [("Online Retail.xlsx", "a,b\n1,2\n")]
    book.unlink()
    assert found(pattern) == [("Online Retail.xlsx", "a,b\n1,2\n")]
    (tmp_path / "online_retail.csv.gz").write_bytes(gzip.compress(b"d\n"))
    assert found(pattern) == [("online_retail.csv.gz", "d\n")]
    (tmp_path / "online_retail.csv").write_text("e\n", "utf-8")
    assert found(pattern) == [("online_retail.csv", "e\n")]
    assert found("other.csv") == []


def test_without_its_reader_a_workbook_is_refused_with_what_to_do(
    project, monkeypatch, capsys
):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    path = workbook(project / "orders.xlsx", HEADER)
    assert main(["connect", str(path)]) == 2
    assert "pip install python-calamine" in capsys.readouterr().err
