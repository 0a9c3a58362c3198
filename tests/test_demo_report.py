"""The page that compares demo and real data, its charts and features."""

import inspect
import re

import duckdb
import plotly.graph_objects as go
import pytest
from conftest import ROOT
from olist_segments.cli import main
from olist_segments.pages import Chart, asset, grouped_bars, page
from olist_segments.study.comparison import (
    FEATURES,
    MEASURES,
    load_comparison,
    overlap,
)
from olist_segments.study.raw_tables import load_files
from plotly.basedatatypes import BaseTraceType
from plotly.offline import get_plotlyjs_version

PLOTLY_JS = "plotly/plotly-cartesian.min.js"
HOSTILE = "<script>alert('&')</script>"


def test_features_of_the_comparison_are_those_of_the_pipeline(demo_dir, demo_database):
    columns = ", ".join(f"round({name}, 3)" for name in FEATURES)
    compared = load_files(demo_dir).sql(f"select person, {columns} from people")
    with duckdb.connect(str(demo_database), read_only=True) as connection:
        built = connection.sql(
            f"select customer_unique_id, {columns} from customer_features"
        ).fetchall()
    key = str
    found = [tuple(map(_number, row)) for row in sorted(compared.fetchall(), key=key)]
    expected = [tuple(map(_number, row)) for row in sorted(built, key=key)]
    assert [row[0] for row in found] == [row[0] for row in expected]
    for index in range(1, len(FEATURES) + 1):
        assert [row[index] for row in found] == pytest.approx(
            [row[index] for row in expected], abs=0.002
        ), FEATURES[index - 1]


def test_the_page_shows_every_measure_and_needs_no_network(project_copy, monkeypatch):
    monkeypatch.chdir(project_copy)
    assert main(["demo-report", "--orders", "2000"]) == 0
    text = (project_copy / "site" / "demo_data.html").read_text(encoding="utf-8")
    for one in MEASURES.values():
        assert f">{one.title}</h2>" in text
    assert text.count('class="plot plotly-graph-div"') == len(MEASURES) >= 12
    assert f"{load_comparison()['told_apart']['all']:.3f}" in text
    assert not re.search(r"<(script|img|iframe)[^>]* src=|<link[^>]*http|@import", text)
    assert len(text.encode()) <= 1_600_000


def test_plotly_js_is_of_the_version_that_the_python_package_has():
    version = re.search(r"v([\d.]+)$", asset(PLOTLY_JS), re.MULTILINE)[1]
    assert version == get_plotlyjs_version(), "run `make plotly`"


def test_plotly_js_has_every_type_of_trace_that_is_used():
    known = {
        name.lower()
        for name, one in inspect.getmembers(go, inspect.isclass)
        if issubclass(one, BaseTraceType)
    }
    code = "".join(path.read_text("utf-8") for path in (ROOT / "python").rglob("*.py"))
    used = known & set(re.findall(r"\b(?:go\.|add_)(\w+)\(", code.lower()))
    bundled = set(re.findall(r'moduleType:"trace",name:"(\w+)"', asset(PLOTLY_JS)))
    assert used
    assert used <= bundled


def test_too_few_orders_are_refused_in_one_sentence(project_copy, monkeypatch, capsys):
    monkeypatch.chdir(project_copy)
    assert main(["demo-report", "--orders", "2"]) == 2
    assert "orders is 2" in capsys.readouterr().err


def test_texts_are_escaped_in_pages_and_charts():
    figure = grouped_bars(
        {HOSTILE: {HOSTILE: 1.0}}, x_title=HOSTILE, y_title=HOSTILE, is_share=True
    )
    text = page(HOSTILE, [HOSTILE], [Chart(HOSTILE, figure, HOSTILE)])
    assert HOSTILE not in text
    assert "<script>alert" not in text.replace("\\u003c", "<")
    assert text.count("&lt;script&gt;alert") >= 5


def test_the_same_charts_make_the_same_page():
    def make():
        figure = grouped_bars({"a": {"x": 1.0}}, x_title="x", y_title="y")
        return page("title", [], [Chart("chart", figure)])

    assert make() == make()


def test_bars_keep_the_order_of_the_first_group_and_show_what_it_lacks():
    figure = grouped_bars(
        {"one": {"b": 1.0, "a": 2.0}, "other": {"c": 3.0, "a": 4.0}},
        x_title="x",
        y_title="y",
    )
    one, other = figure.data
    assert one.x == other.x == ("b", "a", "c")
    assert one.y == (1.0, 2.0, None)
    assert other.y == (None, 4.0, 3.0)


def test_equal_distributions_overlap_fully_and_disjoint_ones_not_at_all():
    halves = {"a": 0.5, "b": 0.5}
    assert overlap(halves, halves) == 1
    assert overlap(halves, {"c": 1.0}) == 0
    assert overlap(halves, {"a": 1.0}) == 0.5


def _number(value):
    return value if isinstance(value, str) or value is None else float(value)
