"""The notebooks run, and their pages show what they found."""

import re
import shutil
from pathlib import Path

import duckdb
import nbformat
import pytest
from browser import drawn_marks, opened, overflowing, squeezed_cells
from conftest import ROOT, rows
from olist_segments.cli import main
from olist_segments.commands.notebooks import export_notebook
from olist_segments.project import called

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]


@pytest.fixture(scope="module")
def pages(demo_study, tmp_path_factory):
    """Return a function that runs a notebook, once, and returns its page."""
    site = tmp_path_factory.mktemp("notebooks") / "it's a site"
    database = Path(shutil.copy(demo_study[0], site.parent))

    def export(name):
        page = site / f"{name}.html"
        if not page.exists():
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("PYTHONPATH", str(ROOT / "python"))
                export_notebook(ROOT / "notebooks" / f"{name}.ipynb", database, site)
            # Closed again: a build could take its lock.
            duckdb.connect(str(database)).close()
        return page

    return export


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_a_notebook_is_stored_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_from_top_to_bottom(name, pages):
    text = pages(name).read_text(encoding="utf-8")
    # A table that cannot be shown does not stop a notebook: it shows the error.
    assert not re.search(r"<div[^>]*vnd\.jupyter\.(stderr|error)", text)
    assert "Plotly.newPlot" in text
    assert re.search(r'jp-OutputArea-output[^>]*"text/markdown"', text)
    assert not re.search(r"<script[^>]* src=", text)
    assert not re.search(r"<link[^>]* href=[\"']?http", text)
    assert len(text.encode()) <= 2_000_000


@pytest.mark.parametrize("name", NAMES)
def test_the_page_of_a_notebook_shows_its_charts(name, pages, browser):
    with opened(browser, pages(name)) as shown:
        marks = drawn_marks(shown)
        assert len(marks) >= pages(name).read_text("utf-8").count("Plotly.newPlot(") > 0
        assert all(marks.values()), marks
        for width in (1440, 375):
            shown.set_viewport_size({"width": width, "height": 900})
            assert overflowing(shown) == []
            assert squeezed_cells(shown) == []


def test_figures_in_the_notebooks_are_those_of_the_tables(pages, demo_database):
    ((orders, customers, delivered, late, reviewed, fives),) = rows(
        demo_database,
        "select count(*), count(distinct customer_unique_id), "
        "count(*) filter (where is_delivered), "
        "avg(cast(is_late as int)), count(review_score), "
        "avg(cast(review_score = 5 as int)) from orders",
    )
    text = pages("exploring").read_text("utf-8")
    assert f"{orders:,} orders of {customers:,} customers" in text
    assert f"Delivered: {delivered:,} of {orders:,} orders" in text
    assert f"are promised. {late:.1%} of deliveries are late" in text
    assert f"{reviewed:,} orders have a review: {fives:.1%} give 5 stars" in text
    text = pages("segments").read_text("utf-8")
    for name, count, share, revenue in rows(
        demo_database,
        "select segment_name, customer_count, customer_share, revenue from segments",
    ):
        assert f"{count:,} customers ({share:.1%}), who bring R$ {revenue:,}" in (
            text.replace("&#36;", "$")
        ), name


def test_without_a_history_the_baseline_says_how_to_get_one(pages):
    text = pages("baseline").read_text("utf-8")
    assert re.search(
        r"olist-segments replay --target demo --from (\S+) --to \1\b", text
    )
    assert "Bought again within" not in text


@pytest.mark.slow
def test_notebooks_run_without_a_study(tmp_path, demo_database, monkeypatch, capsys):
    names = ("dbt_project.yml", "profiles.yml", "models", "dbt_project", "python")
    for name in names:
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "notebooks").mkdir()
    for name in ("stability", "original"):
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", tmp_path / "notebooks")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "python"))
    monkeypatch.setenv("OLIST_DB", str(shutil.copy(demo_database, tmp_path)))
    assert main(["notebooks", "--target", "demo"]) == 0, capsys.readouterr().err
    text = (tmp_path / "site" / "stability.html").read_text("utf-8")
    assert f"has no study yet: run `{called('study')}` first" in text
    assert "the refits on halves agree best" in text
    assert "Plotly.newPlot" in text
    text = (tmp_path / "site" / "original.html").read_text("utf-8")
    assert "rows, not customers" in text
    assert "Plotly.newPlot" in text
