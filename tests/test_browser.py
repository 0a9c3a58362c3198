"""The tests in the browser find faults that a page has."""

import plotly.graph_objects as go
import pytest
from browser import drawn_marks, opened, overflowing, serious_violations
from olist_segments.cli import main
from olist_segments.pages import Chart, grouped_bars, page


def written(folder, text: str):
    path = folder / "it's a page.html"
    path.write_text(f"<!doctype html><html lang='en'><title>page</title>{text}")
    return path


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<script>console.warn('a word')</script>", "console warning: a word"),
        ("<script>throw Error('oops')</script>", "error oops"),
        ("<img src='http://127.0.0.1/x.png'>", "request for http://127.0.0.1/x.png"),
        ("<script>fetch('other.json').catch(() => 0)</script>", "other.json"),
        ("<script>new WebSocket('ws://127.0.0.1:9')</script>", "socket ws://127.0.0.1"),
    ],
)
def test_a_page_that_asks_or_complains_is_found_out(browser, tmp_path, text, found):
    with (
        pytest.raises(AssertionError, match=found),
        opened(browser, written(tmp_path, text)) as shown,
    ):
        shown.wait_for_timeout(100)


def test_what_reaches_beyond_the_page_is_named(browser, tmp_path):
    wide = "<p style='width: 500px'>wide</p>"
    inside = f"<div style='overflow-x: auto'>{wide}</div>"
    with opened(browser, written(tmp_path, wide), width=375) as shown:
        assert "p  : reaches to" in "".join(overflowing(shown))
    for text, width in ((wide, 1440), (inside, 375)):
        with opened(browser, written(tmp_path, text), width=width) as shown:
            assert overflowing(shown) == []


def test_a_serious_violation_is_named(browser, tmp_path):
    good = "<main><h1>heading</h1><a href='#x'>a link</a></main>"
    with opened(browser, written(tmp_path, good)) as shown:
        assert serious_violations(shown) == []
    bad = good.replace("a link", "")
    with opened(browser, written(tmp_path, bad)) as shown:
        (violation,) = serious_violations(shown)
    assert violation.startswith("link-name")


def test_marks_are_counted_where_there_are_any(browser, tmp_path):
    traces = [
        go.Bar(x=[1, 2], y=[1, 2]),
        go.Scatter(x=[1, 2], y=[1, 2], mode="lines"),
        go.Scatter(x=[1, 2], y=[1, 2], mode="markers", marker_color="#d55e00"),
        go.Scattergl(x=[1, 2], y=[1, 2], mode="markers"),
        go.Box(y=[1, 2, 3]),
        go.Heatmap(z=[[1, 2]]),
        go.Pie(values=[1, 2]),
    ]
    empty = [trace.__class__() for trace in traces]
    charts = [
        go.Figure(trace).to_html(full_html=False, include_plotlyjs=not number)
        for number, trace in enumerate(traces + empty)
    ]
    with opened(browser, written(tmp_path, "".join(charts))) as shown:
        counts = list(drawn_marks(shown).values())
    assert all(counts[: len(traces)])
    assert not any(counts[len(traces) :])
    assert len(counts) == len(traces + empty)


def test_a_chart_waits_until_plotly_js_is_unpacked(browser, tmp_path):
    figure = grouped_bars({"a": {"x": 1.0}}, x_title="x", y_title="y")
    path = tmp_path / "page.html"
    path.write_text(page("title", [], [Chart("chart", figure)]), encoding="utf-8")
    context = browser.new_context(offline=True)
    context.add_init_script(
        "const read = ReadableStreamDefaultReader.prototype.read;"
        "ReadableStreamDefaultReader.prototype.read = async function () {"
        "await new Promise((done) => setTimeout(done, 20)); return read.call(this); }"
    )
    shown = context.new_page()
    shown.goto(path.as_uri())
    assert not shown.locator(".main-svg").count()
    assert all(drawn_marks(shown).values())
    context.close()


def test_the_page_of_the_demo_data_shows_its_charts(browser, project_copy, monkeypatch):
    monkeypatch.chdir(project_copy)
    assert main(["demo-report", "--orders", "2000"]) == 0
    path = project_copy / "site" / "demo_data.html"
    for width in (375, 1440):
        with opened(browser, path, width=width) as shown:
            assert len(drawn_marks(shown)) >= 12
            assert all(drawn_marks(shown).values())
            assert overflowing(shown) == []
            assert serious_violations(shown) == []
