"""Charts of the orders: when they come, what they cost, how they are delivered."""

import datetime
from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from olist_segments.charts.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    finish,
    money,
    months_title,
    plain,
)
from olist_segments.shop import Currency

# From 1 to 5 stars; distinct without full colour vision, and in print by lightness.
STAR_COLORS = ("#8c4a04", "#e08f2c", "#d9dde2", "#7fb0d3", "#1d5f92")
BINS = 40
# An axis that spans more than this has a tick at powers of ten only.
MOST_TICKS = 1e5


def monthly_orders(months: pd.DataFrame, *, last_day: datetime.date) -> go.Figure:
    """Plot the number of orders placed in each month.

    Parameters
    ----------
    months : DataFrame
        One row per month with orders: purchase_month and order_count.
    last_day : date
        Of the orders.

    Returns
    -------
    Figure
        Bars by month; a month without orders has none. The axis says so if the last
        month is not complete.
    """
    peak = months.loc[months["order_count"].idxmax()]
    figure = go.Figure(
        go.Bar(
            x=months["purchase_month"],
            y=months["order_count"],
            marker_color=BLUE,
            hovertemplate="%{x|%B %Y}: %{y:,} orders<extra></extra>",
        )
    )
    figure.update_xaxes(
        title=months_title(months["purchase_month"], last_day),
        tickformat="%b %Y",
        nticks=12,
    )
    figure.update_yaxes(title="orders", tickformat=",")
    return finish(
        figure,
        f"Most orders came in {peak['purchase_month']:%B %Y}: "
        f"{peak['order_count']:,} of {months['order_count'].sum():,}",
    )


def amounts(values: pd.Series, what: str, axis: str, currency: Currency) -> go.Figure:
    """Plot how amounts of money are distributed, on a logarithmic axis.

    Parameters
    ----------
    values : Series
        Amounts of money. The bars leave out those that are not above 0, which the
        axis cannot show; the figures in the title include them.
    what : str
        What has these amounts, in the plural, such as "items".
    axis : str
        What the axis shows, without its unit.
    currency : Currency

    Returns
    -------
    Figure
        A histogram with the median and the mean.
    """
    values = values.dropna().astype(float)
    shown = values[values > 0]
    edges = np.geomspace(shown.min() * 0.999, shown.max() * 1.001, BINS + 1)
    top = values.nlargest(max(1, len(values) // 10)).sum() / values.sum()
    figure = _histogram(values, np.histogram(shown, edges), what, currency.written)
    figure.update_xaxes(
        type="log",
        title=f"{plain(axis)} ({plain(currency.name)}, logarithmic)",
        tickprefix=plain(currency.prefix),
        ticksuffix=plain(currency.suffix),
        tickformat=",~f",
        dtick="D2" if edges[-1] / edges[0] < MOST_TICKS else 1,
    )
    return finish(
        figure,
        f"Half of the {what} are above {currency.written(values.median())}; the "
        f"highest tenth makes up {top:.0%} of the sum",
    )


def durations(values: pd.Series, what: str, axis: str) -> go.Figure:
    """Plot how numbers of days are distributed.

    Parameters
    ----------
    values : Series
        Days. The last bar on each side has the outermost 0.5% of that side.
    what : str
        What takes that long, in the plural, such as "deliveries".
    axis : str
        What the axis shows, without its unit.

    Returns
    -------
    Figure
        A histogram with the median and the mean.
    """
    values = values.dropna().astype(float)
    low, high = values.quantile([0.005, 0.995])
    counts = np.histogram(values.clip(low, high), np.linspace(low, high, BINS + 1))
    figure = _histogram(values, counts, what, "{:,.1f} days".format)
    figure.update_xaxes(
        title=f"{plain(axis)} (days; the outer bars include all beyond)"
    )
    return finish(
        figure,
        f"Half of the {what} are between {values.quantile(0.25):,.1f} and "
        f"{values.quantile(0.75):,.1f} days, one in twenty above "
        f"{values.quantile(0.95):,.1f}",
    )


def installments(table: pd.DataFrame, currency: Currency) -> go.Figure:
    """Plot how many installments orders have, and what they are worth.

    Parameters
    ----------
    table : DataFrame
        One row per number of installments: installments, order_count, and
        mean_payment.
    currency : Currency

    Returns
    -------
    Figure
        Two panels over the number of installments.
    """
    table = table.sort_values("installments")
    at_once = table["installments"] <= 1
    worth = {
        once: np.average(
            rows["mean_payment"].astype(float), weights=rows["order_count"]
        )
        for once, rows in table.groupby(at_once)
    }
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08)
    for row, column, color, text in (
        (1, "order_count", BLUE, "%{x}: %{y:,} orders"),
        (2, "mean_payment", ORANGE, f"%{{x}}: {money('%{y:,.2f}', currency)}"),
    ):
        figure.add_bar(
            x=table["installments"],
            y=table[column],
            marker_color=color,
            hovertemplate=f"{text}<extra></extra>",
            row=row,
            col=1,
        )
    figure.update_xaxes(title="monthly installments", dtick=1, row=2)
    figure.update_yaxes(title="orders", tickformat=",", row=1)
    figure.update_yaxes(
        title=f"mean payment ({plain(currency.name)})", tickformat=",", row=2
    )
    share = table.loc[at_once, "order_count"].sum() / table["order_count"].sum()
    title = f"{share:.1%} of orders are paid at once"
    if len(worth) == 2:
        title += (
            f", {currency.written(worth[True])} on average; those in installments are "
            f"worth {currency.written(worth[False])}"
        )
    return finish(figure, title, height=520, showlegend=False)


def reviews_by_delay(table: pd.DataFrame) -> go.Figure:
    """Plot the scores of orders by their delay.

    Parameters
    ----------
    table : DataFrame
        One row per delay_band and review_score: also band_number, the order of the
        bands; is_late; and order_count.

    Returns
    -------
    Figure
        A bar per band, divided by score.
    """
    means = {
        late: np.average(rows["review_score"], weights=rows["order_count"])
        for late, rows in table.groupby("is_late")
    }
    bands = table.groupby(["band_number", "delay_band"])["order_count"].sum()
    totals = bands.reset_index("band_number", drop=True)
    names = [f"{plain(band)}<br>{count:,} orders" for band, count in totals.items()]
    shares = table.pivot(
        index="delay_band", columns="review_score", values="order_count"
    )
    shares = shares.reindex(totals.index).fillna(0).div(totals, axis=0)
    figure = go.Figure()
    for score, share in shares.items():
        figure.add_bar(
            x=names,
            y=share,
            name=f"{score} star{'s' if score > 1 else ''}",
            marker={
                "color": STAR_COLORS[int(score) - 1],
                "line": {"color": "white", "width": 1},
            },
            hovertemplate="%{y:.1%} of these orders<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(barmode="stack", legend_traceorder="reversed")
    figure.update_xaxes(title="delivered, against the promised day")
    figure.update_yaxes(title="share of reviewed orders (%)", tickformat=".0%")
    title = "Scores by delay"
    if len(means) == 2:
        title = (
            f"Late orders get {means[True]:.2f} stars on average, others "
            f"{means[False]:.2f}"
        )
    return finish(figure, title)


def shares(counts: pd.Series, unit: str) -> go.Figure:
    """Plot how a total divides into named parts.

    Parameters
    ----------
    counts : Series
        Counts by name.
    unit : str
        What is counted, in the plural.

    Returns
    -------
    Figure
        A bar per name, the largest first, with count and share.
    """
    counts = counts.sort_values(ascending=False, kind="stable")
    total = counts.sum()
    figure = go.Figure(
        go.Bar(
            y=[plain(str(name).replace("_", " "), 34) for name in counts.index],
            x=counts,
            orientation="h",
            marker_color=BLUE,
            text=[f"{count:,} ({count / total:.1%})" for count in counts],
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    figure.update_xaxes(
        title=plain(unit), tickformat=",", range=[0, counts.iloc[0] * 1.2]
    )
    figure.update_yaxes(autorange="reversed", type="category")
    first = str(counts.index[0]).replace("_", " ")
    return finish(
        figure,
        f"{first[:1].upper()}{first[1:]}: {counts.iloc[0]:,} of {total:,} {unit} "
        f"({counts.iloc[0] / total:.1%})",
        height=150 + 34 * len(counts),
    )


def correlations(table: pd.DataFrame) -> go.Figure:
    """Plot how strongly numbers are correlated, pair by pair.

    Parameters
    ----------
    table : DataFrame
        A correlation matrix, with the names of the numbers as index and columns.

    Returns
    -------
    Figure
        A heat map from -1 to 1; every pair appears once.
    """
    table = table.dropna(how="all").dropna(how="all", axis=1)  # without any value
    below = np.tril(np.ones(table.shape, bool), -1)
    once = table.where(below)
    pairs = once.stack().dropna()
    one, other = pairs.abs().idxmax()
    once = once.iloc[1:, :-1]
    names = [[plain(str(n).replace("_", " ")) for n in names] for names in once.axes]
    figure = go.Figure(
        go.Heatmap(
            x=names[1],
            y=names[0],
            z=once,
            text=once.map(lambda value: "" if pd.isna(value) else f"{value:z.2f}"),
            texttemplate="%{text}",
            colorscale="RdBu_r",
            zmin=-1,
            zmax=1,
            colorbar={"title": "correlation"},
            hoverongaps=False,
            hovertemplate="%{y} and %{x}: %{z:.2f}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", type="category")
    words = [str(name).replace("_", " ") for name in (one, other)]
    return finish(
        figure,
        f"Strongest correlation: {words[0]} and {words[1]} ({pairs[one, other]:.2f})",
        height=220 + 34 * len(once),
    )


def _histogram(
    values: pd.Series,
    histogram: tuple[np.ndarray, np.ndarray],
    what: str,
    number: Callable[[float], str],
) -> go.Figure:
    counts, edges = histogram
    figure = go.Figure(
        go.Bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts,
            width=np.diff(edges),
            marker={"color": BLUE, "line": {"color": "white", "width": 0.5}},
            customdata=[
                f"{plain(number(low))} to {plain(number(high))}: {count:,}"
                for low, high, count in zip(edges, edges[1:], counts, strict=False)
            ],
            hovertemplate="%{customdata}<extra></extra>",
            showlegend=False,
        )
    )
    for name, value, color, dash in (
        ("median", values.median(), INK, "solid"),
        ("mean", values.mean(), GREY, "dash"),
    ):
        figure.add_scatter(
            x=[value, value],
            y=[0, counts.max()],
            mode="lines",
            name=f"{name} {plain(number(value))}",
            line={"color": color, "dash": dash, "width": 2},
            hoverinfo="name",
        )
    figure.update_yaxes(title=plain(what), tickformat=",")
    return figure
