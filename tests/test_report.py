"""The report shows what the tables hold, as text, and works in a browser."""

import base64
import csv
import html
import json
import re
import shutil
from itertools import pairwise

import duckdb
import numpy as np
import pytest
import yaml
from browser import (
    cut_texts,
    drawn_marks,
    opened,
    overflowing,
    serious_violations,
    squeezed_cells,
)
from bs4 import BeautifulSoup
from conftest import ROOT, rows
from olist_segments.charts.style import COLORS
from olist_segments.cli import main
from olist_segments.pages import written
from olist_segments.report import page as report_page
from olist_segments.report import render_report
from olist_segments.report.queries import BREAKDOWNS
from olist_segments.whole import breakdowns, stale_tables

HOSTILE = "<script>alert(1)</script>"
HEADING = re.compile("^h[1-6]$")
CHARTS_EACH = 6  # of a segment
# No line ends between an amount and its currency.
REAIS = "R$\N{NO-BREAK SPACE}"
# What each table of the page must show, asked again. A text in the first column heads
# the row; the others are compared number by number.
ANSWERS = {
    "overview-figures": (
        "select segment_name, customer_share, revenue_share from segments "
        "order by segment_id"
    ),
    "spend-figures": (
        "select segment_name, p10, median, mean, p90 from segment_profile "
        "where metric = 'total_spend' order by segment_id"
    ),
    "apart-figures": (
        "select segment_name, scaled_value, segment_profile.mean, mean_of_all "
        "from segment_centroids join segment_models using (model_id) "
        "join segment_profile using (segment_id) "
        "join segment_model_features using (model_id, feature) "
        "where is_current and metric = feature order by segment_id, position"
    ),
    "map-figures": (
        "select distinct phrase, loading, axis from map_loadings "
        "join segment_profile on metric = feature order by axis, abs(loading) desc"
    ),
    "candidates": (
        "select k, inertia, bend, silhouette, noise_silhouette, stability_min_ari, "
        "smallest_segment_share from segment_k_candidates order by k"
    ),
    "refits": (
        "select segment_name, stability.band, jaccard_mean, jaccard_min, found_share, "
        "uncertain_share from segment_stability as stability "
        "join segments using (segment_id) order by segment_id"
    ),
    "formation-figures": (
        "select concat('k = ', k, ': ', "
        "coalesce(segment_name, concat('cluster ', cluster_id))), "
        "flows.customer_count, flows.customer_count / sum(flows.customer_count) "
        "over (partition by k, next_cluster_id) "
        "from segment_flows as flows left join segments using (segment_id) "
        "order by k, cluster_id, next_cluster_id"
    ),
    "drift": "select replace(measure, '_', ' '), drift from segment_drift "
    "order by drift desc, measure",
    "money": (
        "select 'all lines that could be read', sum(in_file), 1 from reconciliation "
        "where measure in ('price', 'freight') union all "
        "select 'orders that were not delivered', -sum(order_total), "
        "-sum(order_total) / (select sum(in_file) from reconciliation "
        "where measure in ('price', 'freight')) from orders "
        "where order_status != 'delivered'"
    ),
    "excluded": (
        "select reason, count(*), sum(placed_order_count), sum(placed_payment_total) "
        "from excluded_customers group by reason order by 2 desc, reason"
    ),
    "quality": (
        "select description, rows_affected, share_affected from data_quality "
        "where rows_affected > 0 order by share_allowed is null, "
        "share_affected desc, check_name limit 12"
    ),
    "comparison": (
        "select segment_name, customer_count, customer_share, revenue, revenue_share, "
        "revenue_per_customer, {means} from segments order by segment_id"
    ),
}


@pytest.fixture(scope="module")
def text(demo_database) -> str:
    return render_report(demo_database)


@pytest.fixture(scope="module")
def soup(text):
    return BeautifulSoup(text, "html.parser")


@pytest.fixture(scope="module")
def path(text, tmp_path_factory):
    file = tmp_path_factory.mktemp("it's a site") / "report.html"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def changed(demo_database, tmp_path):
    """Return a function that runs SQL on a copy of the database and reports on it."""

    def change(*statements: str, **options) -> str:
        copy = tmp_path / "copy.duckdb"
        shutil.copy(demo_database, copy)
        with duckdb.connect(str(copy)) as connection:
            for statement in statements:
                connection.execute(statement)
        return render_report(copy, **options)

    return change


def cells(soup, name: str) -> list[list]:
    """Read the rows of a table: texts, and the numbers behind what is shown."""
    found = []
    for row in soup.find(id=name).tbody.find_all("tr"):
        found.append(
            [
                float(cell.data["value"]) if cell.data else cell.text
                for cell in row.find_all(["th", "td"])
            ]
        )
    return found


def numbers(row: list) -> list[float]:
    return [value for value in row if isinstance(value, float)]


def charts(soup) -> dict[str, dict]:
    return json.loads(soup.find(id="charts").string)


def values(array) -> list:
    """Return an array of a chart; plotly packs those of numbers."""
    if isinstance(array, dict):
        packed = np.frombuffer(base64.b64decode(array["bdata"]), array["dtype"])
        return packed.tolist()
    return array


def shown(soup) -> str:
    """Return the text of the page without scripts and styles."""
    body = BeautifulSoup(str(soup.body), "html.parser")
    for hidden in body.find_all(["script", "style"]):
        hidden.decompose()
    return " ".join(body.get_text(" ").split())


def test_every_table_equals_a_query(soup, demo_database):
    ids = [one for (one,) in rows(demo_database, "select segment_id from segments")]
    features = rows(
        demo_database,
        "select feature from segment_model_features join segment_models "
        "using (model_id) where is_current and feature != 'total_spend' "
        "order by position",
    )
    means = ", ".join(
        f"(select avg({name}) from customer_segments as c "
        "where c.segment_id = segments.segment_id)"
        for (name,) in features
    )
    for name, query in ANSWERS.items():
        expected = rows(demo_database, query.format(means=means))
        found = cells(soup, name)
        assert len(found) == len(expected) > 0, name
        for row, answer in zip(found, expected, strict=True):
            assert row[0] == str(answer[0])
            wanted = [float(one) for one in answer[1:] if not isinstance(one, str)]
            assert numbers(row) == pytest.approx(wanted, abs=1e-6), name
    names = {table["id"] for table in soup.find_all("table")}
    by_segment = {f"{by}-{n}-figures" for by in {*BREAKDOWNS, "month"} for n in ids}
    by_segment |= {f"{of}-{n}" for of in ("words", "rules") for n in ids}
    # No line of demo data is rejected.
    assert names == set(ANSWERS) | by_segment | {"revenue-change-figures"}


def test_the_amounts_in_the_files_become_the_revenue(soup, demo_database):
    table = soup.find(id="money")
    amounts = [float(row.find("data")["value"]) for row in table.find_all("tr")[1:]]
    assert sum(amounts[:-1]) == pytest.approx(amounts[-1], abs=1e-6)
    assert rows(demo_database, "select sum(revenue)::double from segments") == [
        (amounts[-1],)
    ]


def test_every_breakdown_holds_rows_of_its_table_the_largest_among_them(
    soup, demo_database
):
    for by in BREAKDOWNS:
        for (number,) in rows(demo_database, "select segment_id from segments"):
            table = rows(
                demo_database,
                "select customer_count, share_of_segment, share_of_all, index_vs_all, "
                f"z_score, revenue from segment_by_{by} where segment_id = {number} "
                "order by share_of_segment desc",
            )
            table = [[float(one) for one in row if one is not None] for row in table]
            found = [numbers(row) for row in cells(soup, f"{by}-{number}-figures")]
            assert min(7, len(table)) <= len(found) <= 10
            for row in found:
                assert any(row == pytest.approx(one, abs=1e-9) for one in table)
            shares = sorted((row[1] for row in found), reverse=True)[:7]
            assert shares == pytest.approx([row[1] for row in table[:7]])


def test_every_month_is_shown(soup, demo_database):
    for (number,) in rows(demo_database, "select segment_id from segments"):
        expected = rows(
            demo_database,
            "select strftime(purchase_month, '%b %Y'), order_count, share_of_segment, "
            "share_of_all, cast(revenue as double) from segment_by_month "
            f"where segment_id = {number} order by purchase_month",
        )
        found = cells(soup, f"month-{number}-figures")
        assert [row[0] for row in found] == [row[0] for row in expected]
        for row, answer in zip(found, expected, strict=True):
            assert row[1:] == pytest.approx(list(answer[1:]))


def test_cards_and_totals_equal_queries(soup, demo_database):
    def figure(name):
        element = soup.find("data", id=name)
        return float(element["value"]), element.text

    ((labelled, revenue, orders, as_of),) = rows(
        demo_database,
        "select count(*), sum(total_spend), sum(order_count), max(as_of_date) "
        "from customer_segments",
    )
    assert figure("total_customers") == (labelled, f"{labelled:,}")
    assert figure("labelled_count") == (labelled, f"{labelled:,}")
    assert figure("total_orders") == (orders, f"{orders:,}")
    assert figure("total_revenue") == (
        float(revenue),
        f"{REAIS}{revenue:,.2f}",
    )
    assert figure("total_per_customer")[1] == f"{REAIS}{revenue / labelled:,.2f}"
    assert f"as of {as_of.day} {as_of:%B %Y}" in shown(soup)
    for number, count, share, revenue_share, each in rows(
        demo_database,
        "select segment_id, count(*), count(*) / sum(count(*)) over (), "
        "sum(total_spend) / sum(sum(total_spend)) over (), avg(total_spend) "
        "from customer_segments group by segment_id",
    ):
        assert figure(f"customer_count-{number}") == (count, f"{count:,}")
        assert figure(f"customer_share-{number}")[1] == f"{share:.1%}"
        assert figure(f"revenue_share-{number}")[1] == f"{revenue_share:.1%}"
        assert figure(f"revenue_per_customer-{number}")[1] == f"{REAIS}{each:,.2f}"


def test_a_card_has_what_sets_a_segment_apart_most(soup, demo_database):
    for (number,) in rows(demo_database, "select segment_id from segments"):
        expected = rows(
            demo_database,
            "select feature, mean from segment_centroids "
            "join segment_models using (model_id) "
            "join segment_profile using (segment_id) "
            f"where is_current and metric = feature and segment_id = {number} "
            "and abs(scaled_value) >= 0.2 order by abs(scaled_value) desc limit 3",
        )
        found = soup.find_all("data", id=re.compile(f"^apart-{number}-"))
        assert [
            (one["id"].removeprefix(f"apart-{number}-"), float(one["value"]))
            for one in found
        ] == [(feature, pytest.approx(mean)) for feature, mean in expected]


def test_a_segment_has_a_table_of_the_words_of_its_name(soup, demo_database):
    for (number,) in rows(demo_database, "select segment_id from segments"):
        expected = rows(
            demo_database,
            "select word, true_share, true_share_of_all, p10, median, mean, p90, "
            f"median_of_all from segment_words where segment_id = {number} "
            "order by word_rank",
        )
        found = cells(soup, f"words-{number}")
        for row, (word, *values) in zip(found, expected, strict=True):
            assert row[0].startswith(f"{word}: ")
            assert row[1:] == pytest.approx(values)


def test_a_segment_has_the_rules_that_rebuild_it(soup, changed, demo_database):
    for (number,) in rows(demo_database, "select segment_id from segments"):
        expected = rows(
            demo_database,
            "select words, customer_count, member_share, condition, segment_recall, "
            "segment_precision, segment_agreement from segment_rules "
            f"where segment_id = {number} order by rule_number",
        )
        found = cells(soup, f"rules-{number}")
        assert found == [[one[0], *map(pytest.approx, one[1:3])] for one in expected]
        detail = soup.find(id=f"segment-{number}")
        for *_, condition, _, _, _ in expected:
            assert condition in detail.pre.text
        for name, share in zip(
            ("recall", "precision", "agreement"), expected[0][4:], strict=True
        ):
            shown = soup.find(id=f"rule_{name}-{number}")
            assert float(shown["value"]) == pytest.approx(share)
    page = changed("delete from segment_rules where segment_id = 1")
    assert page.count("No rule with a few thresholds finds this segment.") == 1


def test_a_card_says_what_to_do_and_why(soup, changed, demo_database):
    said = {
        card.h3.text.strip(): " ".join(card.select_one(".advice").get_text(" ").split())
        for card in soup.select("article.card")
    }
    for name, advice, mean in rows(
        demo_database,
        "select segment_name, advice, mean from segment_words as words "
        "join segment_advice as advice on words.feature = advice.feature "
        "and side = if(is_high, 'high', 'low') where word_rank = 1",
    ):
        assert said.pop(name).startswith(f"{advice} {abs(mean):,.1f} ")
    assert said == {}
    # A feature that has no rule leaves it to the next; without any, that is said.
    page = changed("delete from segment_advice where feature = 'review_score'")
    assert "put it right before" not in page
    page = changed("delete from segment_advice")
    count = len(rows(demo_database, "select 1 from segments"))
    assert page.count("No rule says what to do.") == count


def test_every_feature_has_advice_for_both_of_its_words():
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text("utf-8"))
    features = project["vars"]["features"] + project["vars"]["further_features"]
    path = ROOT / "dbt_project" / "seeds" / "segment_advice.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rules = {(row["feature"], row["side"]) for row in csv.DictReader(file)}
    assert rules == {(one["name"], s) for one in features for s in ("high", "low")}


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (
            "0.999 * first",
            "{0} and {1} are worth the most: {2} and {3} each on average ",
        ),
        ("0.5 * first", "{0} are worth the most: {2} each on average, against"),
    ],
)
def test_segments_within_chance_are_worth_the_same(
    changed, demo_database, second, said
):
    names = [one for (one,) in rows(demo_database, "select segment_name from segments")]
    page = changed(
        "update segments set revenue_per_customer = case segment_id when 1 then 1000 "
        f"when 2 then {second.replace('first', '1000')} else 10 end"
    )
    heading = BeautifulSoup(page, "html.parser").find(id="segments-title").text
    amounts = f"{REAIS}1,000.00", f"{REAIS}999.00"
    assert heading.startswith(said.format(*names[:2], *amounts))
    assert ("may be chance" in heading) == ("0.999" in second)


def test_states_and_categories_are_shown_by_name(text, changed):
    assert "S\\u00e3o Paulo" in text  # in the charts
    assert "bed, bath and table linen" in text
    assert "bed bath table" not in text
    # Another country's codes stay as they are.
    page = changed("update segment_by_state set state_name = 'PA'")
    assert "Pará" not in page


def test_headings_state_findings_of_the_tables(soup, demo_database):
    headings = [one.text.strip() for one in soup.find_all(HEADING)]
    ((name, share, revenue_share),) = rows(
        demo_database,
        "select segment_name, customer_share, revenue_share from segments "
        "order by revenue_share - customer_share desc limit 1",
    )
    count = len(rows(demo_database, "select 1 from segments"))
    assert headings[0].startswith(report_page.NUMBERS[count])
    assert headings[0].endswith(
        f"{name} are {share:.1%} of customers and bring {revenue_share:.1%} of revenue"
    )
    ((excluded,),) = rows(demo_database, "select count(*) from excluded_customers")
    assert f"{excluded:,} customers without a segment" in " ".join(headings)
    ((reason, least),) = rows(
        demo_database,
        "select reason, stability_min_ari from segment_k_candidates where is_chosen",
    )
    agreement = f"agree at {least:.2f} or more; 0.80 is required"
    assert any(one.endswith(reason.removeprefix("taken: ")) for one in headings)
    assert any(one.startswith("Stable: ") and agreement in one for one in headings)


@pytest.mark.parametrize(
    ("least", "said"),
    [
        ("0.71", "Not stable: refits on random halves agree at 0.71 or more, but"),
        ("null", "Stability is not known: too few customers to refit on halves"),
    ],
)
def test_segments_below_the_bar_are_not_called_stable(changed, least, said):
    page = changed(
        f"update segment_k_candidates set stability_min_ari = {least} where is_chosen"
    )
    heading = BeautifulSoup(page, "html.parser").find(id="stability-title").text
    assert heading.startswith(said)


def test_no_number_of_a_heading_is_without_a_row(soup, demo_database):
    """The tables were compared with queries, so headings may use their numbers."""
    known = {"1"}  # an index of 1 is perfect
    for cell in soup.find_all("data"):
        number = abs(float(cell["value"]))
        known |= {written(number, kind) for kind in ("count", "share", "decimal")}
        known |= {f"{number:,.2f}"}
    texts = " ".join(cell.text for cell in soup.find_all(["td", "th"]))
    known |= set(re.findall(r"\d[\d,.]*", texts))
    ((excluded,),) = rows(demo_database, "select count(*) from excluded_customers")
    known |= {f"{excluded:,}"}
    for heading in soup.find_all(HEADING):
        said = re.findall(r"\d[\d,.]*%?", heading.text)
        assert {number.rstrip(".,") for number in said} <= known, heading.text


def test_charts_draw_what_their_tables_say(soup, demo_database):
    for name, chart in charts(soup).items():
        by = name.rsplit("-", 1)[0]
        if by in BREAKDOWNS:
            table = cells(soup, f"{name}-figures")
            bars, marks = chart["data"][:2]
            assert values(bars["x"]) == pytest.approx([row[2] for row in table])
            assert values(marks["x"]) == pytest.approx([row[3] for row in table])
        elif by == "month":
            table = cells(soup, f"{name}-figures")
            assert values(chart["data"][0]["y"]) == pytest.approx([r[2] for r in table])
    overview = cells(soup, "overview-figures")
    revenue, customers = charts(soup)["overview"]["data"]
    assert values(customers["x"]) == pytest.approx([row[1] for row in overview])
    assert values(revenue["x"]) == pytest.approx([row[2] for row in overview])
    tried = cells(soup, "candidates")
    for column, score in ((1, "inertia"), (3, "silhouette"), (5, "stability_min_ari")):
        line = charts(soup)[score]["data"][0]
        assert values(line["y"]) == pytest.approx([row[column] for row in tried])


def test_the_map_is_a_sample_by_hash_of_the_key(soup, demo_database):
    expected = rows(
        demo_database,
        "select segment_id, round(x, 2), round(y, 2) from customer_map "
        "join customer_segments using (customer_unique_id) "
        "order by md5(customer_unique_id) limit 2000",
    )
    found = [
        (trace["meta"], x, y)
        for trace in charts(soup)["map"]["data"]
        for x, y in zip(values(trace["x"]), values(trace["y"]), strict=True)
    ]
    assert sorted(found) == sorted(expected)


def test_a_segment_has_the_same_colour_everywhere(soup, demo_database):
    names = rows(demo_database, "select segment_id, segment_name from segments")
    for number, name in names:
        color = COLORS[number - 1]
        card = soup.find(id=f"card-{number}").parent
        assert card.h3.text.strip() == name
        assert f"--color: {color}" in card["style"]
        for chart in {*BREAKDOWNS, "month"}:
            bars = charts(soup)[f"{chart}-{number}"]["data"][0]
            assert bars["marker"]["color"] == color
        (trace,) = (one for one in charts(soup)["map"]["data"] if one["meta"] == number)
        assert trace["marker"]["color"] == color
    symbols = [trace["marker"]["symbol"] for trace in charts(soup)["map"]["data"]]
    assert len(set(symbols)) == len(symbols)


def test_money_has_one_form(soup):
    amounts = re.findall(r"R\$.{0,20}", shown(soup))
    bands = r"R\$ (under )?\d+( to \d+| and over)?\b(?![.,]\d)"
    for amount in amounts:
        assert re.match(r"R\$ \d{1,3}(,\d{3})*\.\d\d\b|" + bands, amount), amount


def test_every_chart_has_a_title_a_text_and_units(soup):
    drawn = charts(soup)
    assert {plot["id"] for plot in soup.select(".plot")} == set(drawn)
    for name, chart in drawn.items():
        plot = soup.find(id=name)
        assert soup.find(id=plot["aria-labelledby"]).text.strip()
        figure = plot.find_parent("figure")
        assert figure.details or figure.figcaption
        axes = [chart["layout"].get(axis, {}) for axis in ("xaxis", "yaxis")]
        assert any(axis.get("title", {}).get("text") for axis in axes), name


def test_headings_are_in_order_and_tables_are_described(soup):
    levels = [int(one.name[1]) for one in soup.find_all(HEADING)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    for table in soup.find_all("table"):
        assert table.caption.text
        for header in table.find_all("th"):
            assert header["scope"] in ("col", "row")
    identifiers = [element["id"] for element in soup.find_all(id=True)]
    assert len(identifiers) == len(set(identifiers))


def test_the_same_database_gives_the_same_page(text, demo_database):
    assert render_report(demo_database) == text


def test_nothing_grows_with_the_number_of_customers(text, demo_database):
    assert len(text.encode()) < 1_600_000
    few = BeautifulSoup(
        render_report(demo_database, map_points=30, table_rows=2), "html.parser"
    )
    ((months,),) = rows(
        demo_database, "select count(distinct purchase_month) from segment_by_month"
    )
    points = [len(values(trace["x"])) for trace in charts(few)["map"]["data"]]
    assert sum(points) == 30
    for name, chart in charts(few).items():
        for trace in chart["data"]:
            if name not in ("map", "formation"):
                assert len(values(trace["x"])) <= max(months, 10), name
    # A band between two clusters has 31 points, and there are no more than flows.
    ((flows,),) = rows(demo_database, "select count(*) from segment_flows")
    drawn = charts(few)["formation"]["data"]
    assert sum(len(values(trace["x"])) for trace in drawn) < 32 * flows
    assert len(cells(few, "quality")) == 2
    ((odd,),) = rows(
        demo_database, "select count(*) from data_quality where rows_affected > 0"
    )
    shown_of_all = f"; 2 of {odd} findings are shown"
    assert few.find(id="quality-caption").text.endswith(shown_of_all)
    customers = rows(demo_database, "select customer_unique_id from customers")
    hashes = set(re.findall(r"\b[0-9a-f]{32}\b", text))
    assert not hashes & {one for (one,) in customers}


def test_a_banner_says_that_data_are_synthetic_wherever_they_are(text, changed):
    assert "Demo data." in text
    assert "Demo data." not in changed(
        "update customers set customer_unique_id = md5(customer_unique_id)"
    )


def test_a_banner_says_that_no_number_of_segments_passed(text, changed):
    assert "No clear groups." not in text
    assert "No clear groups." in changed(
        "update segment_k_candidates set is_eligible = false"
    )


def test_texts_of_the_data_are_shown_as_text(changed, browser, tmp_path):
    quoted = f"'{HOSTILE}'"
    largest = "(select city from segment_by_city order by customer_count desc limit 1)"
    named = ["segments", "customer_segments", "segment_profile", "segment_changes"]
    named += [f"segment_by_{by}" for by in (*BREAKDOWNS, "month")]
    page = changed(
        f"update segment_by_city set city = {quoted} where city = {largest}",
        "update segment_by_category set "
        f"category_name = concat({quoted}, category_name)",
        f"update segment_by_state set state_name = {quoted} where state = 'SP'",
        f"update segment_words set word = concat(word, {quoted})",
        f"update segment_advice set advice = concat(advice, {quoted})",
        f"update segment_rules set words = concat(words, {quoted})",
        f"update segment_rules set condition = concat(condition, {quoted})",
        *(
            f"update {table} set segment_name = concat({quoted}, segment_name)"
            for table in named
        ),
        f"update segment_profile set phrase = concat(phrase, {quoted})",
        f"update excluded_customers set reason = {quoted}",
        f"update data_quality set description = {quoted}",
        f"update segment_k_candidates set reason = concat(reason, {quoted})",
        "insert into rejected_rows by name select 'orders' as source, "
        f"{quoted} as file, {quoted} as reason, {quoted} as column_name, "
        "'' as raw_line, "
        "1 as line_number, 1 as line_count",
    )
    assert "alert(1)" in page
    assert HOSTILE not in page
    assert HOSTILE not in page.replace("\\u003c", "<").replace("\\u003e", ">")
    assert html.escape(HOSTILE) in page
    written_page = tmp_path / "hostile.html"
    written_page.write_text(page, encoding="utf-8")
    dialogs = []
    with opened(browser, written_page) as shown_page:
        shown_page.on("dialog", lambda dialog: dialogs.append(dialog.accept()))
        assert all(drawn_marks(shown_page).values())
        ticks = shown_page.locator("#city-1 .ytick").all_text_contents()
        assert any(tick.startswith(f"{HOSTILE}, ") for tick in ticks)
        assert HOSTILE in shown_page.locator("#segments").inner_text()
        assert HOSTILE in shown_page.locator("#rejected").inner_text()
    assert dialogs == []


def test_a_page_of_an_earlier_day_does_not_call_later_ones_the_last(changed):
    page = changed("update segment_migrations set as_of_date = date '2030-01-01'")
    assert "This page shows a day before the history begins on 1 January 2030." in page
    page = changed(
        "insert into segment_migrations by name select distinct * replace "
        "(date '2030-01-01' as as_of_date) from segment_migrations"
    )
    assert "The history continues after this day, until 1 January 2030" in page
    assert "Last changes" not in page


def test_a_segment_that_nobody_is_in_is_said_to_be_empty(changed, demo_database):
    gone = "(select max(segment_id) from segments)"
    with duckdb.connect(str(demo_database), read_only=True) as connection:
        tables = breakdowns(connection)
    page = changed(
        *(f"delete from {table} where segment_id = {gone}" for table in tables),
        f"update segments set customer_count = 0 where segment_id = {gone}",
    )
    # in its card, and where it is picked
    assert page.count("This segment has no customers at present.") == 2


def test_tables_of_two_builds_are_found(demo_database, tmp_path):
    copy = shutil.copy(demo_database, tmp_path)
    with duckdb.connect(str(copy)) as connection:
        assert stale_tables(connection) == []
        connection.execute(
            "delete from segment_by_state where segment_id = 1 and state = 'SP'"
        )
        assert stale_tables(connection) == ["segment_by_state"]
        connection.execute("update segment_by_city set segment_key = 'of_before'")
        connection.execute("update segment_models set model_id = 'other'")
        assert set(stale_tables(connection)) == {
            "segment_by_state",
            "segment_by_city",
            "customer_segments",
        }
        connection.execute("delete from segment_by_state where segment_id = 1")
        assert "segment_by_state" in stale_tables(connection)


def test_a_segment_without_habits_is_not_said_to_be_like_all(changed):
    none = "update segment_by_{} set is_beyond_chance = false where segment_id = 1"
    tables = [none.format(by) for by in ("state", "category", "payment_type")]
    rare = "update segment_by_state set is_beyond_chance = true, index_vs_all = 50 "
    rare += "where segment_id = 1 and state = 'SP'"
    said = "No state, category or payment type stands out."
    unchanged = changed().count(said)
    assert changed(*tables, rare).count(said) == unchanged + 1


def test_an_endless_label_keeps_its_ends(changed):
    name = "('a' || repeat('_very', 100) || '_long_category')"
    page = changed(f"update segment_by_category set category_name = {name} || category")
    assert "a very very very very very ver … " in page
    assert " very" * 6 not in page


def test_a_first_build_has_nothing_to_compare_with(soup):
    assert "There is nothing to compare with yet" in shown(soup)
    assert "make replay writes the history of past month ends" in shown(soup)
    assert "moves" not in charts(soup)


def test_slow_deliveries_are_explained_where_they_come_before_their_day(changed):
    called = "update segments set segment_name = 'With slow deliveries' where "
    called += "segment_id = (select max_by(segment_id, scaled_value) from "
    called += "segment_centroids where feature = 'delivery_delay_days')"
    mean = "update segment_profile set mean = {} where metric = 'delivery_delay_days'"
    said = "they still come before the promised day"
    assert said in changed(called, mean.format(-2))
    assert said not in changed(called, mean.format(2))


def test_the_change_of_revenue_is_drawn_where_there_are_two_periods(soup, changed):
    assert "Why revenue changed: the last 365 days against the 365" in shown(soup)
    assert len(charts(soup)["revenue-change"]["data"]) == 7
    for row in cells(soup, "revenue-change-figures"):
        assert sum(row[4:]) == pytest.approx(row[3], abs=0.001)
        assert row[1] + row[3] == pytest.approx(row[2], abs=0.001)
    page = changed("delete from segment_revenue_change")
    assert "revenue-change" not in page
    assert "Why revenue changed" not in page


def test_moves_since_the_build_before_are_counted(changed, browser, tmp_path):
    page = changed(
        "update segment_migrations set as_of_date = as_of_date - 31",
        "insert into segment_migrations by name select a.segment_key as "
        "from_segment_key, b.segment_key as to_segment_key, "
        "case when a.segment_id = b.segment_id then 95 else 5 end as customer_count, "
        "0.5 as share_of_from, date '2018-10-17' as as_of_date "
        "from segments as a cross join segments as b "
        "where a.segment_id = 1 and b.segment_id <= 2",
    )
    soup = BeautifulSoup(page, "html.parser")
    said = shown(soup)
    assert "Last changes, from 16 September 2018 to 17 October 2018" in said
    assert "5 of 100 customers changed their segment (5.0%)" in said
    assert values(charts(soup)["moves"]["data"][0]["z"])[0] in ([5.0], 5.0)
    path = tmp_path / "moves.html"
    path.write_text(page, encoding="utf-8")
    with opened(browser, path, width=360) as shown_page:
        assert all(drawn_marks(shown_page).values())
        assert overflowing(shown_page) == []
        assert cut_texts(shown_page) == []
        assert shown_page.locator("#moves").bounding_box()["width"] >= 640
        assert serious_violations(shown_page) == []


def test_all_charts_are_drawn_before_anybody_scrolls(browser, path):
    with opened(browser, path) as shown_page:
        assert shown_page.evaluate(
            "[...document.querySelectorAll('.plot')]"
            ".filter((one) => one.checkVisibility())"
            ".every((one) => one.querySelector('.main-svg'))"
        )


def test_the_page_opens_from_disk_at_any_width(browser, path, soup):
    for width in (360, 375, 1440):
        with opened(browser, path, width=width) as shown_page:
            marks = drawn_marks(shown_page)
            hidden = len(soup.select(".detail[data-choice] .plot")) - CHARTS_EACH
            assert len(marks) == len(charts(soup)) - hidden
            assert all(marks.values()), marks
            assert overflowing(shown_page) == []
            assert squeezed_cells(shown_page) == []
            for choice in shown_page.locator(".picker input").all():
                choice.check()
                drawn_marks(shown_page)
                assert cut_texts(shown_page) == []
            assert serious_violations(shown_page) == []


def test_the_picker_works_by_mouse_and_by_keyboard(browser, path):
    with opened(browser, path) as shown_page:

        def chosen():
            return shown_page.evaluate(
                "[...document.querySelectorAll('.detail')]"
                ".filter((one) => one.checkVisibility()).map((one) => one.id)"
            )

        assert chosen() == ["segment-1"]
        shown_page.locator(".picker label").nth(2).click()
        assert chosen() == ["segment-3"]
        assert all(drawn_marks(shown_page).values())
        shown_page.keyboard.press("ArrowRight")
        assert chosen() == ["segment-4"]
        shown_page.locator("article a").nth(1).click()
        shown_page.wait_for_function("!document.querySelector('#segment-2').hidden")
        assert chosen() == ["segment-2"]
        shown_page.locator("article a").nth(4).focus()
        shown_page.keyboard.press("Enter")
        shown_page.wait_for_function("!document.querySelector('#segment-5').hidden")
        assert chosen() == ["segment-5"]
        assert all(drawn_marks(shown_page).values())
        assert overflowing(shown_page) == []
        assert serious_violations(shown_page) == []


def test_the_map_works_by_mouse_and_by_keyboard(browser, path):
    with opened(browser, path) as shown_page:
        drawn_marks(shown_page)

        def points():
            return shown_page.locator("#map .point").count()

        def reach():
            return shown_page.evaluate(
                "(([low, high]) => high - low)(map._fullLayout.xaxis.range)"
            )

        everyone, whole = points(), reach()
        boxes = shown_page.locator("input[name=on-map]")
        boxes.nth(4).click()
        without = points()
        assert without < everyone
        boxes.nth(0).focus()
        shown_page.keyboard.press("Space")
        assert points() < without
        boxes.nth(0).check()
        boxes.nth(4).check()
        assert points() == everyone
        shown_page.get_by_role("button", name="Zoom in").click()
        assert reach() < whole
        shown_page.get_by_role("button", name="Whole map").focus()
        shown_page.keyboard.press("Enter")
        assert reach() == pytest.approx(whole)


def test_tables_are_sorted_by_mouse_and_by_keyboard(browser, path, demo_database):
    by_size = [
        name
        for (name,) in rows(
            demo_database,
            "select segment_name from segments order by customer_count desc",
        )
    ]
    with opened(browser, path) as shown_page:
        names = shown_page.locator("#comparison tbody th")
        head = shown_page.locator("#comparison thead button").nth(1)
        head.click()
        assert names.all_inner_texts() == by_size
        shown_page.keyboard.press("Enter")
        assert names.all_inner_texts() == by_size[::-1]
        header = shown_page.locator("#comparison thead th").nth(1)
        assert header.get_attribute("aria-sort") == "ascending"


def test_paper_has_all_segments_and_charts(browser, path, soup):
    with opened(browser, path) as shown_page:
        drawn_marks(shown_page)
        shown_page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        marks = drawn_marks(shown_page)
        assert len(marks) == len(charts(soup))
        assert all(marks.values())
        shown_page.emulate_media(media="print")
        assert shown_page.locator(".picker").is_hidden()
        shown_page.set_viewport_size({"width": 688, "height": 1000})  # A4 in margins
        assert overflowing(shown_page) == []
        assert cut_texts(shown_page) == []
        shown_page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert shown_page.locator(".detail:not([hidden])").count() == 1


def test_without_scripts_the_figures_are_there(browser, path, soup):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(path.resolve().as_uri())
    details = page.locator(".detail")
    assert all(details.nth(n).is_visible() for n in range(details.count()))
    assert page.locator(".picker").is_hidden()
    page.locator("#state-1-title ~ details summary").click()
    assert page.locator("#state-1-figures").is_visible()
    context.close()


def test_a_database_without_segments_is_refused_in_a_sentence(
    project_copy, demo_database, monkeypatch, tmp_path, capsys
):
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    monkeypatch.chdir(project_copy)
    monkeypatch.setenv("OLIST_DB", str(empty))
    assert main(["report"]) == 2
    assert "olist-segments build` first" in capsys.readouterr().err
    old = shutil.copy(demo_database, tmp_path / "old.duckdb")
    with duckdb.connect(str(old)) as connection:
        connection.execute(
            "alter table segment_by_price_band drop column price_band_number"
        )
        connection.execute(
            "create or replace view segment_members as "
            "select customer_unique_id, segment_id from customer_segments"
        )
    monkeypatch.setenv("OLIST_DB", str(old))
    assert main(["report"]) == 2
    assert "old.duckdb lacks tables or columns of the report" in capsys.readouterr().err
    assert main(["export"]) == 2
    assert "old.duckdb lacks tables or columns of an export" in capsys.readouterr().err
    assert not (project_copy / "site" / "report.html").exists()


def test_the_real_report_is_small(real_database):
    text = render_report(real_database)
    assert len(text.encode()) < 1_600_000
    assert "Demo data." not in text
