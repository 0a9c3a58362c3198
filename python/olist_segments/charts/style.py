"""The look of all charts, and how they write texts and numbers."""

import datetime
from collections.abc import Iterable
from html import escape
from textwrap import wrap

import pandas as pd
import plotly.graph_objects as go

from olist_segments.shop import Currency

BLUE, ORANGE, GREEN, GREY = "#2a6f97", "#bc6c25", "#588157", "#8d99ae"
INK = "#1f2933"
# From the palette by Okabe and Ito, for readers without full colour vision.
COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "hexagon")
# Days without orders at the end of a month that is complete all the same.
FREE_DAYS = 3
_AXIS = {
    "automargin": True,
    "gridcolor": "#e4e7eb",
    "zerolinecolor": "#9aa5b1",
    "linecolor": "#9aa5b1",
    "title": {"font": {"size": 13}, "standoff": 12},
    "tickfont": {"size": 12},
    "ticklabelstandoff": 4,
}
_LOOK = go.layout.Template(
    layout={
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
        "colorway": COLORS,
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "hoverlabel": {"bgcolor": "white", "font": {"color": INK}, "align": "left"},
        "title": {"x": 0, "xref": "container", "pad": {"l": 12}},
        "xaxis": _AXIS,
        "yaxis": _AXIS,
    }
)


def segment_colors(segment_ids: Iterable[int]) -> dict[int, str]:
    """Give each segment the colour that it has in every chart.

    Parameters
    ----------
    segment_ids : iterable of int
        Numbers of segments, from 1.

    Returns
    -------
    dict of int to str
        Colours by segment; they repeat from the seventh segment on.
    """
    return {one: COLORS[(one - 1) % len(COLORS)] for one in segment_ids}


def segment_symbols(segment_ids: Iterable[int]) -> dict[int, str]:
    """Give each segment the symbol that it has beside its colour.

    Parameters
    ----------
    segment_ids : iterable of int
        Numbers of segments, from 1.

    Returns
    -------
    dict of int to str
        Plotly's symbols by segment. They repeat from the eighth segment on, the colours
        from the seventh, so that 42 segments have different pairs of both.
    """
    return {one: SYMBOLS[(one - 1) % len(SYMBOLS)] for one in segment_ids}


def plain(text: object, width: int | None = None) -> str:
    """Escape a text from the data so that plotly shows it unchanged.

    Plotly reads tags and entities in its labels, and formulas between dollar signs.

    Parameters
    ----------
    text : object
        What to show.
    width : int, optional
        Break lines after this many characters.

    Returns
    -------
    str
        The text with `&`, `<`, `>` and `$` as entities; a break is a ``<br>``.
    """
    lines = wrap(str(text), width) if width else [str(text)]
    return "<br>".join(escape(line, False).replace("$", "&#36;") for line in lines)


def money(number: str, currency: Currency) -> str:
    """Write the currency around a number that plotly fills in.

    Parameters
    ----------
    number : str
        Such as ``%{x:,.2f}``.
    currency : Currency

    Returns
    -------
    str
        With the symbol escaped as in `plain`.
    """
    return f"{plain(currency.prefix)}{number}{plain(currency.suffix)}"


def months_title(months: pd.Series, last_day: datetime.date) -> str:
    """Title an axis of months, and say so if the last of them is not complete.

    Parameters
    ----------
    months : Series of date
        First days of months with orders.
    last_day : date
        Of the orders, of any customer and status.

    Returns
    -------
    str
        It names this day if it is in one of the months, and more than `FREE_DAYS`
        days of this month are left.
    """
    last_day = pd.Timestamp(last_day).normalize()
    days_left = last_day.days_in_month - last_day.day
    first_day = last_day.replace(day=1)
    has_month = any(pd.Timestamp(month) == first_day for month in months)
    if has_month and days_left > FREE_DAYS:
        day = f"{last_day.day} {last_day:%B %Y}"
        return f"month of purchase<br>(orders end on {day})"
    return "month of purchase"


def finish(figure: go.Figure, title: str, **layout) -> go.Figure:
    """Give a chart the look of all charts.

    Parameters
    ----------
    figure : Figure
        The chart; it is changed.
    title : str
        The title: what the chart shows, as a sentence. It is escaped.
    **layout
        Further settings of the layout.

    Returns
    -------
    Figure
        The same chart.
    """
    figure.update_layout(
        title={"text": plain(title), "font_size": 15},
        template=_LOOK,
        margin={"l": 70, "r": 30, "t": 90, "b": 60},
        **{"height": 440, "width": 960, **layout},
    )
    return figure
