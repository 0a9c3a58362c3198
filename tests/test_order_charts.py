"""Charts of the orders show their tables, whatever these contain."""

import datetime

import numpy as np
import pandas as pd
import pytest
from olist_segments import charts
from olist_segments.shop import Currency

REAIS = Currency("reais", "R$", "R$ ", "")
HOSTILE = "<b>bold</b> & $1$"


def months(*counts):
    days = [datetime.date(2017, month, 1) for month in range(1, len(counts) + 1)]
    return pd.DataFrame({"purchase_month": days, "order_count": counts})


def test_the_month_with_most_orders_is_in_the_title():
    last_day = datetime.date(2017, 3, 31)
    figure = charts.monthly_orders(months(5, 30, 7), last_day=last_day)
    assert figure.layout.title.text == "Most orders came in February 2017: 30 of 42"
    assert list(figure.data[0].y) == [5, 30, 7]


def test_bars_of_amounts_hold_every_amount_above_zero():
    values = pd.Series([0.0, 1.0, 10.0, 10.0, 1000.0, None])
    figure = charts.amounts(values, "items", "price", REAIS)
    bars, median, mean = figure.data
    assert sum(bars.y) == 4
    assert bars.x[0] - bars.width[0] / 2 <= 1 < 1000 <= bars.x[-1] + bars.width[-1] / 2
    assert median.x == (10, 10)
    assert mean.x == pytest.approx((204.2, 204.2))
    assert "R&#36; 10.00" in figure.layout.title.text
    # The highest of five is 1,000 of 1,021.
    assert "98% of the sum" in figure.layout.title.text


def test_one_amount_only_is_drawn_too():
    bars = charts.amounts(pd.Series([7.0, 7.0]), "items", "price", REAIS).data[0]
    assert sum(bars.y) == 2
    assert min(bars.width) > 0


def test_bars_of_days_hold_what_is_far_out_in_the_last_bar():
    values = pd.Series([*np.linspace(0, 10, 1000), 5000.0])
    figure = charts.durations(values, "deliveries", "delivery")
    bars = figure.data[0]
    assert sum(bars.y) == 1001
    assert bars.x[-1] < 11
    assert "between 2.5 and 7.5 days, one in twenty above 9.5" in (
        figure.layout.title.text
    )


def test_means_of_installments_are_weighted_by_orders():
    table = pd.DataFrame(
        {
            "installments": [10, 1, 2],
            "order_count": [1, 6, 3],
            "mean_payment": [400.0, 50.0, 100.0],
        }
    )
    figure = charts.installments(table, REAIS)
    assert figure.layout.title.text == (
        "60.0% of orders are paid at once, R&#36; 50.00 on average; those in "
        "installments are worth R&#36; 175.00"
    )
    assert [list(trace.x) for trace in figure.data] == [[1, 2, 10]] * 2
    once = charts.installments(table[table["installments"] == 1], REAIS)
    assert once.layout.title.text == "100.0% of orders are paid at once"


def test_scores_are_shares_of_each_band_of_delay():
    table = pd.DataFrame(
        {
            "band_number": [1, 1, 2],
            "delay_band": ["z early", "z early", "a late"],
            "is_late": [False, False, True],
            "review_score": [1, 5, 1],
            "order_count": [1, 3, 2],
        }
    )
    figure = charts.reviews_by_delay(table)
    shares = {trace.name: list(trace.y) for trace in figure.data}
    assert shares == {"1 star": [0.25, 1], "5 stars": [0.75, 0]}
    assert figure.data[0].x[0].startswith("z early")
    assert figure.layout.title.text == (
        "Late orders get 1.00 stars on average, others 4.00"
    )


def test_shares_come_largest_first_and_are_escaped():
    figure = charts.shares(pd.Series({HOSTILE: 1, "no_order": 3}), "customers")
    assert list(figure.data[0].x) == [3, 1]
    assert figure.data[0].y == ("no order", "&lt;b&gt;bold&lt;/b&gt; &amp; &#36;1&#36;")
    assert figure.layout.title.text == "No order: 3 of 4 customers (75.0%)"


def test_every_pair_is_correlated_once_and_the_strongest_is_named():
    names = ["a_b", "c", "d"]
    matrix = pd.DataFrame(
        [[1, 0.2, -0.9], [0.2, 1, -0.001], [-0.9, -0.001, 1]], names, names
    )
    figure = charts.correlations(matrix)
    assert figure.layout.title.text == "Strongest correlation: d and a b (-0.90)"
    (heat,) = figure.data
    assert (heat.x, heat.y) == (("a b", "c"), ("c", "d"))
    assert [list(row) for row in heat.text] == [["0.20", ""], ["-0.90", "0.00"]]
