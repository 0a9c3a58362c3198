"""Charts of the segments: their content, what they call chance, and their texts."""

import datetime
import re

import pandas as pd
import pytest
from olist_segments import charts
from olist_segments.charts.segments import (
    axis_words,
    metric_name,
    most_valuable,
    shown_values,
    standing_out,
)
from olist_segments.charts.style import plain, segment_colors, segment_symbols
from olist_segments.pages import written
from olist_segments.report.page import in_words
from olist_segments.shop import Currency

REAIS = Currency("reais", "R$", "R$ ", "")
EUROS = Currency("euros", "€", "", " €")
POUNDS = Currency("pounds", "£", "£", "")
HOSTILE = "<script>alert(1)</script> & %{x} $1$"


def breakdown(by: str, **columns) -> pd.DataFrame:
    """Make rows of a breakdown of one segment; the columns have a value per row."""
    table = pd.DataFrame(columns)
    filled = {
        "segment_id": 1,
        "segment_name": "One",
        "customer_count": 100,
        "share_of_segment": 0.1,
        "share_of_all": 0.1,
        "index_vs_all": 100.0,
        "z_score": 0.0,
        "is_beyond_chance": False,
        "line_count": 100,
        "revenue": 1000.0,
    }
    return table.assign(**{k: v for k, v in filled.items() if k not in table})


def test_only_what_the_table_calls_beyond_chance_stands_out():
    table = breakdown(
        "state",
        state=["AC", "SP", "RJ", "MG"],
        customer_count=[6, 400, 400, 2],
        share_of_segment=[0.09, 0.13, 0.13, 0.001],
        share_of_all=[0.01, 0.1, 0.1, 0.1],
        index_vs_all=[900.0, 130.0, 130.0, 1.0],
        is_beyond_chance=[False, True, False, True],
    )
    assert list(standing_out(table, "state", 1)["state"]) == ["SP"]
    title = charts.breakdown(table, "state", 1, unit="customers").layout.title.text
    assert title == (
        "Stands out most: SP, with 13.0% of the segment's customers and 10.0% of all "
        "customers"
    )


def test_only_what_is_large_stands_out_and_the_largest_difference_first():
    """Beyond chance are all; 0.1% against 0.05% and 42% against 40% are small."""
    table = breakdown(
        "state",
        state=["PE", "SP", "MA", "RJ"],
        share_of_segment=[0.001, 0.42, 0.013, 0.176],
        share_of_all=[0.0005, 0.4, 0.007, 0.128],
        index_vs_all=[200.0, 105.0, 185.7, 137.5],
        z_score=[9.0, 20.0, 8.0, 17.0],
        is_beyond_chance=True,
    )
    assert list(standing_out(table, "state", 1)["state"]) == ["RJ", "MA"]
    figure = charts.breakdown(table, "state", 1, unit="customers")
    assert figure.layout.title.text.startswith("Stands out most: RJ, with 17.6%")
    bold = re.findall("<b>(.*?)</b>", " ".join(figure.data[2].text))
    assert bold == ["+4.8", "+0.6"]


def test_what_is_only_rarer_is_said_to_be_rarer():
    table = breakdown(
        "city",
        city=["sao paulo", "osasco"],
        state=["SP", "SP"],
        share_of_segment=[0.12, 0.005],
        share_of_all=[0.155, 0.007],
        index_vs_all=[77.4, 71.4],
        is_beyond_chance=True,
    )
    title = charts.breakdown(table, "city", 1, unit="customers").layout.title.text
    assert title.startswith("Stands out as rarer: Sao Paulo, SP, with 12.0%")


def test_where_nothing_is_beyond_chance_the_title_says_so():
    table = breakdown("state", state=["SP", "RJ"], share_of_segment=[0.4, 0.6])
    title = charts.breakdown(table, "state", 1, unit="customers").layout.title.text
    assert title.startswith("No state stands out; the largest is RJ, with 60.0%")
    matrix = charts.over_representation(table, "state")
    assert matrix.layout.title.text == "No state stands out in a segment"


def test_the_largest_are_shown_and_those_that_stand_out():
    table = breakdown(
        "category",
        category=list("abcdefgh"),
        share_of_segment=[0.3, 0.2, 0.1, 0.09, 0.08, 0.07, 0.06, 0.02],
        share_of_all=[0.3, 0.2, 0.1, 0.09, 0.08, 0.07, 0.05, 0.001],
        index_vs_all=[100, 100, 100, 100, 100, 100, 120, 2000],
        is_beyond_chance=[False] * 6 + [True] * 2,
    )
    rows = shown_values(table, "category", 1, largest=2, standing_out=1)
    assert list(rows["category"]) == ["a", "b", "h"]


def test_ticks_of_shares_cover_the_largest_and_end_at_the_whole():
    for share in (0.004, 0.07, 0.1, 0.3, 0.52, 0.998, 1.0):
        table = breakdown("state", state=["SP"], share_of_segment=[share])
        axis = charts.breakdown(table, "state", 1, unit="orders").layout.xaxis
        largest = max(share, 0.1)  # of the segment and of all
        assert 3 <= len(axis.tickvals) <= 4
        assert largest <= max(axis.tickvals) <= 1
        assert max(axis.tickvals) < axis.range[1]


def test_both_shares_are_written_beside_a_bar():
    table = breakdown(
        "state",
        state=["SP", "RJ"],
        share_of_segment=[0.104, 0.05],
        share_of_all=[0.156, 0.05],
        index_vs_all=[66.7, 100],
        z_score=[-9.0, 0],
        is_beyond_chance=[True, False],
    )
    said = charts.breakdown(table, "state", 1, unit="customers").data[2].text
    assert [plainly.split() for plainly in (t.replace("<br>", " ") for t in said)] == [
        ["10.4%", "<b>\N{MINUS SIGN}5.2</b>", "all:", "15.6%"],
        ["5.0%", "all:", "5.0%"],
    ]


def test_bands_of_price_stand_in_order_of_price():
    table = breakdown(
        "price_band",
        price_band=["200 to 500", "25 to 50", "under 25", "100 to 200"],
        price_band_number=[5, 2, 1, 4],
        revenue=[300.0, 40.0, 20.0, 150.0],
        line_count=[1, 1, 1, 1],
    )
    labels = list(shown_values(table, "price_band", 1, currency=REAIS)["label"])
    assert labels == ["R$ under 25", "R$ 25 to 50", "R$ 100 to 200", "R$ 200 to 500"]
    labels = list(shown_values(table, "price_band", 1, currency=EUROS)["label"])
    assert labels == ["under 25 €", "25 to 50 €", "100 to 200 €", "200 to 500 €"]
    labels = list(shown_values(table, "price_band", 1, currency=POUNDS)["label"])
    assert labels == ["under £25", "£25 to £50", "£100 to £200", "£200 to £500"]
    table = breakdown(
        "price_band",
        price_band=["1,000 and over", "0.50 to 1,000", "under 0.50"],
        price_band_number=[3, 2, 1],
    )
    labels = list(shown_values(table, "price_band", 1, currency=POUNDS)["label"])
    assert labels == ["under £0.50", "£0.50 to £1,000", "£1,000 and over"]
    matrix = charts.over_representation(table, "price_band", currency=POUNDS)
    assert list(matrix.data[0].x) == labels


def test_the_busiest_month_below_that_of_all_is_no_praise():
    days = [datetime.date(2011, month, 1) for month in (10, 11, 12)]
    table = breakdown(
        "purchase_month",
        purchase_month=days,
        share_of_segment=[0.3, 0.4, 0.3],
        share_of_all=[0.2, 0.5, 0.3],
    )
    last_day = datetime.date(2011, 12, 9)
    figure = charts.orders_by_month(table, 1, last_day=last_day)
    assert figure.layout.title.text == (
        "They ordered most in November 2011: 40.0% of the segment's orders, but 50.0% "
        "of all orders"
    )
    table["share_of_all"] = [0.3, 0.4, 0.3]
    title = charts.orders_by_month(table, 1, last_day=last_day).layout.title.text
    assert title.endswith("orders, 40.0% of all orders")


@pytest.mark.parametrize(
    ("last_day", "end"),
    [
        (datetime.date(2011, 12, 9), "(orders end on 9 December 2011)"),
        (datetime.datetime(2011, 12, 27, 12, 50), "(orders end on 27 December 2011)"),
        (datetime.date(2011, 12, 28), "month of purchase"),  # closed for three days
        # Orders of the last weeks do not count yet, as in a shop with deliveries.
        (datetime.date(2012, 1, 17), "month of purchase"),
    ],
)
def test_a_last_month_that_is_not_complete_is_marked(last_day, end):
    days = [datetime.date(2011, month, 1) for month in (11, 12)]
    table = breakdown("purchase_month", purchase_month=days)
    figure = charts.orders_by_month(table, 1, last_day=last_day)
    assert figure.layout.xaxis.title.text.endswith(end)
    # A segment without orders in the last month is drawn with those of all.
    other = pd.concat([table.head(1).assign(segment_id=2), table])
    figure = charts.orders_by_month(other, 2, last_day=last_day)
    assert figure.layout.xaxis.title.text.endswith(end)
    months = table.assign(order_count=[3, 4])
    figure = charts.monthly_orders(months, last_day=last_day)
    assert figure.layout.xaxis.title.text.endswith(end)


def test_cities_of_one_name_are_told_apart_by_their_state():
    table = breakdown("city", city=["sao jose do rio"] * 2, state=["SP", "SC"])
    labels = list(shown_values(table, "city", 1)["label"])
    assert sorted(labels) == ["Sao Jose do Rio, SC", "Sao Jose do Rio, SP"]
    assert len(charts.over_representation(table, "city").data[0].x) == 2


def test_plotly_reads_no_tag_entity_or_formula_in_a_text():
    table = breakdown("category", category=[HOSTILE], segment_name=[HOSTILE])
    table["is_beyond_chance"], table["index_vs_all"] = True, 200.0
    segments = pd.DataFrame(
        {
            "segment_id": [1],
            "segment_name": [HOSTILE],
            "customer_share": [1.0],
            "revenue_share": [1.0],
        }
    )
    profile = segments.assign(p10=1.0, median=2.0, mean=2.0, p90=3.0)
    currency = Currency(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    paid = pd.DataFrame({"installments": [1, 2], "order_count": 1, "mean_payment": 2.0})
    figures = [
        charts.spend_distribution(profile, currency),
        charts.amounts(profile["mean"], "items", "price", currency),
        charts.installments(paid, currency),
        charts.breakdown(table, "category", 1, unit="items"),
        charts.over_representation(table, "category"),
        charts.segments_overview(segments),
    ]
    for figure in figures:
        text = figure.to_json()
        assert "script" in text
        assert not re.search(r"<script|\\u003cscript|\$1\$", text)
        assert "<" not in figure.layout.title.text
    assert plain("R$ <1 & 'x'") == "R&#36; &lt;1 &amp; 'x'"


def test_segments_are_drawn_with_the_clusters_they_come_from():
    flows = pd.DataFrame(
        [(2, 1, 1, 60), (2, 2, 1, 10), (2, 2, 2, 30), (3, 1, 1, 70)],
        columns=["k", "cluster_id", "next_cluster_id", "customer_count"],
    )
    flows.loc[4] = 3, 2, 3, 30
    flows = flows.assign(
        segment_id=pd.array([None, None, None, 1, 2], "Int32"),
        next_segment_id=pd.array([1, 1, 2, None, None], "Int32"),
    )
    figure = charts.segment_formation(flows, {1: HOSTILE, 2: "Two", 3: "Three"})
    (bars,) = figure.select_traces({"type": "bar"})
    drawn = sorted(zip(bars.x, bars.y, strict=True))
    assert drawn == [(2, 40), (2, 60), (3, 30), (3, 70), (4, 30), (4, 70)]
    tops = {}
    for k, low, height in sorted(zip(bars.x, bars.base, bars.y, strict=True)):
        assert low > tops.get(k, -1000)  # no bar covers another
        tops[k] = low + height
    bands = figure.select_traces({"fill": "toself"})
    assert [trace.x.count(None) for trace in bands] == [3, 2]
    marks = figure.select_traces({"mode": "markers"})
    assert [trace.name for trace in marks] == [plain(HOSTILE), "Two"]
    assert figure.layout.title.text == plain(
        f"With 2 segments, 85.7% of {HOSTILE} would be in one cluster: the lowest "
        "share of any segment"
    )


def test_the_segment_of_most_value_is_known_without_any_revenue():
    segments = pd.DataFrame(
        {"customer_share": [0.5, 0.5, 0.0], "revenue_share": [0.2, 0.8, None]}
    )
    assert most_valuable(segments)["revenue_share"] == 0.8
    free = segments.assign(revenue_share=float("nan"))
    assert most_valuable(free)["revenue_share"] == 0
    # A few who spend twice as much bring less than many who spend half as much more.
    few = pd.DataFrame(
        {"customer_share": [0.03, 0.3, 0.67], "revenue_share": [0.06, 0.45, 0.49]}
    )
    assert most_valuable(few)["revenue_share"] == 0.45


def test_a_share_is_named_without_its_percent_sign():
    assert metric_name("% of orders late") == "share of orders late"
    assert metric_name("reais spent") == "reais spent"


def test_axes_are_named_by_the_features_that_make_them():
    loadings = pd.DataFrame(
        {
            "axis": ["x", "x", "x", "y"],
            "feature": ["a", "b_c", "d", "a"],
            "loading": [0.1, -0.5, 0.8, 0.2],
        }
    )
    assert axis_words(loadings, "x") == "right: more d, fewer b c"
    assert axis_words(loadings, "y") == "up: more a"
    later = loadings.assign(phrase_negative=["days early", None, None, None])
    later["feature"] = later["feature"].replace("a", "days late")
    assert axis_words(later, "x", at_least=0.05) == (
        "right: more d, fewer b c, days late"
    )
    later["loading"] *= -1
    assert axis_words(later, "x", at_least=0.05).endswith("days early")


def test_two_features_are_drawn_with_what_segments_explain_of_each():
    sample = pd.DataFrame(
        {
            "segment_id": [1] * 5 + [2] * 3,
            "segment_name": ["One"] * 5 + [HOSTILE] * 3,
            "visits": [1.0] * 5 + [2.0, 2.0, None],
            "total_spend": [1.0] * 6 + [1000.0, 1.0],
        }
    )
    figure = charts.feature_scatter(sample, "visits", "total_spend")
    assert [list(trace.x) for trace in figure.data] == [[1] * 5, [2, 2]]
    assert figure.data[1].name == plain(HOSTILE)
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == (None, "log")
    assert figure.layout.yaxis.title.text == "total spend (logarithmic)"
    # Logarithms to base 1000 are six zeros and a one. Their sum of squares is 6/7, of
    # which 1/2 lies within the second segment: 5/12 lies between.
    assert figure.layout.title.text == (
        "Segments explain 100.0% of the variance of visits and 41.7% of that of total "
        "spend"
    )
    empty = charts.feature_scatter(sample.tail(1), "visits", "total_spend")
    assert empty.layout.title.text == "No customer has both of these numbers"


def test_no_two_segments_look_alike():
    ids = range(1, 43)
    colors, symbols = segment_colors(ids), segment_symbols(ids)
    assert len({(colors[one], symbols[one]) for one in ids}) == 42


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (1234.5, "money", "R$ 1,234.50"),
        (-0.5, "money", "\N{MINUS SIGN}R$ 0.50"),
        (-0.001, "money", "R$ 0.00"),
        (1234567, "count", "1,234,567"),
        (0.00002, "share", "<0.1%"),
        (0.0, "share", "0.0%"),
        (0.1234, "share", "12.3%"),
        (-11.25, "decimal", "\N{MINUS SIGN}11.2"),
        (-12.25, "later|earlier", "12.2 earlier"),
        (1.8, "later|earlier", "1.8 later"),
        (-0.04, "later|earlier", "0.0 later"),
        (-0.004, "precise", "0.00"),
        (None, "money", "\N{EN DASH}"),
        (float("nan"), "count", "\N{EN DASH}"),
    ],
)
def test_values_are_written_as_an_english_text_has_them(value, kind, text):
    assert written(value, kind, REAIS) == text


def test_amounts_have_their_sign_in_front_and_the_currency_where_it_belongs():
    assert REAIS.written(1234.5) == "R$ 1,234.50"
    assert REAIS.written(-1234.5) == "-R$ 1,234.50"
    assert EUROS.written(-1234.5, 0) == "-1,234 €"
    assert Currency("money", "", "", "").written(7) == "7.00"


def test_means_are_said_in_the_phrases_of_the_configuration():
    delay = ("days later than promised", "days earlier than promised")
    behind = ("parcels behind plan", "ahead")
    late = "% of orders late"
    for number, phrases, said, in_short in [
        (6.42, ["installments per order"], "6.4 installments per order", "6.4"),
        (-6.42, ["points"], "\N{MINUS SIGN}6.4 points", "\N{MINUS SIGN}6.4"),
        (309.434, ["reais spent"], "R$ 309.43 spent", "R$ 309.43"),
        (309.434, ["euros spent"], "309.4 euros spent", "309.4"),
        (0.076, [late], "7.6% of orders late", "7.6%"),
        (1.8, delay, "1.8 days later than promised", "1.8 later"),
        (-1.8, delay, "1.8 days earlier than promised", "1.8 earlier"),
        (-2, behind, "2.0 ahead", "2.0 ahead"),
    ]:
        assert in_words(number, *phrases, currency=REAIS) == said
        short = in_words(number, *phrases, currency=REAIS, is_short=True)
        assert short == in_short
    said = in_words(309.434, "euros spent", currency=EUROS)
    assert said == "309.43 € spent"


def test_causes_of_a_change_of_revenue_are_stacked_to_the_change():
    changes = pd.DataFrame(
        {
            "segment_id": [1, 2],
            "segment_name": ["One", HOSTILE],
            "revenue_before": [100.0, 60.0],
            "revenue_change": [30.0, -60.0],
            "by_new": [50.0, 0.0],
            "by_returning": [0.0, 0.0],
            "by_lapsed": [-25.0, -60.0],
            "by_orders": [3.0, 0.0],
            "by_items": [-1.0, 0.0],
            "by_price": [3.0, 0.0],
        }
    )
    figure = charts.revenue_changes(changes, EUROS)
    stacked = sum(bar.x for bar in figure.select_traces({"type": "bar"}))
    (marks,) = figure.select_traces({"type": "scatter"})
    assert list(stacked) == list(marks.x) == [30, -60]
    assert figure.layout.title.text == (
        "Revenue fell from 160.00 € to 130.00 €; the largest part is that of customers "
        "who lapsed"
    )
    assert "<script" not in figure.to_json()


def test_both_rules_are_compared_by_who_bought_again():
    outcomes = pd.DataFrame(
        {
            "rule": ["all", "rfm", "kmeans", "kmeans"],
            "segment_id": [0, 1, 1, 2],
            "segment_name": ["All customers", "Same", HOSTILE, "Same"],
            "horizon_days": 180,
            "customer_count": [400, 400, 300, 100],
            "buyer_count": [40, 40, 10, 30],
            "buyer_share": [0.1, 0.1, 0.0333, 0.3],
            "buyer_share_low": [0.07, 0.07, 0.02, 0.22],
            "buyer_share_high": [0.13, 0.13, 0.06, 0.4],
            "is_beyond_chance": [False, False, False, True],
        }
    )
    figure = charts.bought_again(outcomes)
    assert figure.layout.title.text == (
        "Bought again within 180 days, by segment: 3.3% to 30.0% (KMeans), 10.0% to "
        "10.0% (RFM rule)"
    )
    names = figure.layout.yaxis.ticktext
    drawn = {
        (trace.name, names[y]): (x, symbol, low, high)
        for trace in figure.data
        for x, y, symbol, low, high in zip(
            trace.x,
            trace.y,
            trace.marker.symbol,
            trace.x - trace.error_x.arrayminus,
            trace.x + trace.error_x.array,
            strict=True,
        )
    }
    assert drawn == {
        ("KMeans", "Same"): pytest.approx((0.3, "circle", 0.22, 0.4)),
        ("KMeans", plain(HOSTILE)): pytest.approx((0.0333, "circle-open", 0.02, 0.06)),
        ("RFM rule", "Same"): pytest.approx((0.1, "circle-open", 0.07, 0.13)),
    }
    assert figure.layout.shapes[0].x0 == 0.1
