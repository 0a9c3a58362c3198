"""Other shops than Olist: pages and answers have what they have, in their currency."""

import csv
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
import yaml
from conftest import ROOT, build, copy_project, rows
from olist_segments.cli import main
from olist_segments.commands.notebooks import export_notebook
from olist_segments.commands.summary import summary
from olist_segments.questions import answerable, compiled, known_columns, read_questions
from olist_segments.report import render_report
from olist_segments.shop import read_shop

pytestmark = pytest.mark.slow

# What a customer, a day, a number and an amount say nothing about.
ABSENT = {
    *("state", "city", "category", "category_count", "payment_type", "review_score"),
    *("installments", "delivery_days", "delivery_delay_days", "late_share"),
    *("freight_share", "distance_km", "seller_state", "placed_payment_total"),
}

# A customer of a wholesaler in the United Kingdom.
IN_BRAZIL = "select 1 from customers where state = 'Brazil'"


class Built(NamedTuple):
    """A shop that was built in a copy of the project."""

    name: str
    project: Path
    database: Path


def four_columns(folder: Path, project: Path, demo_dir: Path) -> None:
    """Write the demo orders as a shop that knows four things, in euros."""
    at = {
        name: demo_dir / f"olist_{name}_dataset.csv" for name in ("orders", "customers")
    }
    duckdb.sql(
        f"""
        copy (
            select
                substr(customer_unique_id, 1, 16) as Kunde,
                cast(order_purchase_timestamp as date) as Datum,
                count(*) as Menge,
                sum(price) as Betrag
            from '{str(at["orders"]).replace("'", "''")}'
            join '{str(at["customers"]).replace("'", "''")}' using (customer_id)
            join '{str(demo_dir / "olist_order_items_dataset.csv").replace("'", "''")}'
                using (order_id)
            where order_status = 'delivered'
            group by all
            order by all
        ) to '{folder / "verkauf.csv"}'
        """
    )
    columns = {
        "customer_id": "Kunde",
        "purchased_at": "Datum",
        "quantity": "Menge",
        "amount": "Betrag",
    }
    currency = {"code": "EUR", "symbol": "€", "name": "euros", "position": "after"}
    is_built = "{{ (env_var('OLIST_SHOP', '') or var('shop')) == 'four' }}"
    lines = {"file": "verkauf.csv", "columns": columns}
    source = {
        "name": "four",
        "config": {"enabled": is_built, "meta": {"currency": currency}},
        "tables": [{"name": "order_lines", "config": {"meta": lines}}],
    }
    (project / "dbt_project" / "shops" / "four.yml").write_text(
        yaml.safe_dump({"version": 2, "sources": [source]}), encoding="utf-8"
    )


@pytest.fixture(scope="module", params=["four_columns", "online_retail"])
def shop(request, demo_dir, demo_database, tmp_path_factory):
    """Return a shop in a copy of the project, in which commands run.

    The demo database is built before: OLIST_SHOP would hold for it too.
    """
    work = tmp_path_factory.mktemp(request.param)
    project = copy_project(work)
    if request.param == "online_retail":
        name, raw = request.param, request.getfixturevalue("shops_dir") / request.param
        database = Path(shutil.copy(request.getfixturevalue(name), work))
    else:
        name, raw, database = "four", work / "raw", work / "four.duckdb"
        raw.mkdir()
        four_columns(raw, project, demo_dir)
        variables = {"shop": name}
        options = {"target": "dev", "variables": variables, "project": project}
        build(raw_dir=raw, database=database, **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        for variable, value in (
            ("OLIST_SHOP", name),
            ("OLIST_DB", str(database)),
            ("OLIST_RAW_DIR", str(raw)),
            ("PYTHONPATH", str(project / "python")),
        ):
            patch.setenv(variable, value)
        assert main(["questions", "--target", "dev"]) == 0
        assert main(["export"]) == 0
        yield Built(name, project, database)


@pytest.fixture(scope="module")
def texts(shop) -> dict[str, str]:
    """Return the texts that people read about the shop, by where they stand."""
    answers = shop.project / "site" / shop.name / "queries.md"
    return {
        "report": render_report(shop.database),
        "summary": summary(shop.database, target="dev"),
        "answers": answers.read_text("utf-8"),
        **{
            one.name: one.read_text("utf-8")
            for one in (shop.project / "exports" / shop.name).iterdir()
            if one.suffix in (".csv", ".json")
        },
    }


def test_no_text_about_another_shop_speaks_of_brazil(shop, texts, demo_dir):
    with (demo_dir / "product_category_name_translation.csv").open(
        encoding="utf-8-sig", newline=""
    ) as opened:
        names = {name for line in csv.reader(opened) for name in line if "_" in name}
    categories = names | {name.replace("_", " ") for name in names}
    assert len(categories) > 100
    forbidden = re.compile(
        r"R(\$|&#36;|\\u0026#36;)|\breais\b|\bBRL\b|Brazilian|"
        r"(in|of|outside) Brazil|[Nn]ine (Olist )?files|"
        + ("" if rows(shop.database, IN_BRAZIL) else "Brazil|")
        + "|".join(map(re.escape, sorted(categories - {"product_category_name"})))
    )
    currency = {"four": r"\d[ \u00a0]€", "online_retail": r"£\d"}[shop.name]
    assert {"report", "summary", "answers", "manifest.json"} < set(texts)
    assert sum(name.endswith(".csv") for name in texts) >= 2
    for where, text in texts.items():
        assert not (found := forbidden.search(text)), (where, found)
        assert "unknown" not in text, where
    for where in ("report", "summary"):
        assert re.search(currency, texts[where]), where


def test_what_a_shop_does_not_have_is_in_no_answer_and_no_export(shop, texts):
    absent = ABSENT - ({"state"} if shop.name == "online_retail" else set())
    questions, sql = read_questions(shop.project), compiled(shop.project / "target")
    with duckdb.connect(str(shop.database), read_only=True) as connection:
        known = read_shop(connection)
        kept = answerable(questions, known)
        columns = {
            column
            for name in kept
            for column in known_columns(connection.sql(sql[name]), known).columns
        }
    assert "total_spend" in columns
    assert not columns & ABSENT
    # States that are countries are called so.
    assert ("country" in columns) == (shop.name == "online_retail")
    gone = {
        "vouchers",
        "payment_mix",
        "revenue_at_risk",
        "top_cities",
    }
    assert not gone & set(kept)
    assert ("states_beyond_chance" in kept) == (shop.name == "online_retail")
    for name, text in texts.items():
        if name.endswith(".csv"):
            header = set(text.split("\n", 1)[0].split(","))  # as in the table
            assert "total_spend" in header
            assert not header & absent


def test_a_question_about_what_a_shop_does_not_have_is_answered_in_words(shop, capsys):
    assert main(["query", "vouchers"]) == 0
    assert capsys.readouterr().out == "This shop has no payments.\n"
    assert main(["query", "vouchers", "--to", "vouchers.csv"]) == 2
    assert not Path("vouchers.csv").exists()
    assert main(["query"]) == 0
    listed = capsys.readouterr().out
    assert "win_back\n" in listed
    assert "vouchers" not in listed


def test_the_report_has_no_section_about_what_a_shop_does_not_have(shop, texts):
    report = re.sub(
        "<(script|style).*?</(script|style)>", "", texts["report"], flags=re.S
    )
    assert "What an item costs" in report
    for heading in ("What they buy", "How they pay", "cities"):
        assert heading not in report
    assert ("Where they live: countries" in report) == (shop.name == "online_retail")
    said, _, _ = report.partition('id="left-out"')  # oddities name columns
    for word in ("delivered", "freight", "review", "installment", "parcel", "states"):
        assert word not in said, word
    if shop.name == "four":
        assert not re.search("Where they live|payment|categor|countr", report)


@pytest.mark.parametrize("name", ["exploring", "segments", "baseline"])
def test_notebooks_leave_out_what_a_shop_does_not_have(shop, name):
    page = export_notebook(
        ROOT / "notebooks" / f"{name}.ipynb", shop.database, shop.database.parent
    )
    text = page.read_text("utf-8")
    outputs = "".join(re.findall(r'<div class="jp-OutputArea.*?</div>', text, re.S))
    assert "Plotly.newPlot" in text
    assert not re.search(r"R\$|R&#36;|\breais\b|Brazil|\bnan\b", outputs)
    assert not re.search(r'"text":"No (city|category|payment type) ', text)
    if name == "exploring":
        assert "How they arrive" not in text


def test_a_model_of_another_shop_is_no_model_of_this_one(shop, demo_database):
    query = "select configuration from intermediate.int_fitted_model"
    assert rows(shop.database, query) != rows(demo_database, query)


def test_names_and_drift_have_only_what_tells_customers_apart(shop):
    features = {"recency_days", "order_count", "total_spend"}
    for table, column in (
        ("segment_model_features", "feature"),
        ("segment_words", "feature"),
        ("segment_drift", "measure"),
    ):
        found = {one for (one,) in rows(shop.database, f"select {column} from {table}")}
        assert found & features
        assert found <= features | {"segment", "distance_to_centroid"}
