"""Pages that need only a browser: one style, one way to draw charts."""

import gzip
import json
import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, partial
from html import unescape
from importlib.resources import files

import jinja2
import plotly.graph_objects as go
from markupsafe import Markup

from olist_segments.charts.style import COLORS, finish, plain
from olist_segments.shop import Currency


@dataclass(frozen=True)
class Column:
    """A column of a table on a page.

    Attributes
    ----------
    header : str
        The heading of the column.
    kind : str, default "text"
        How its values are written: "text", "count" (1,234), "share" (12.3%), "decimal"
        (1.2), "precise" (0.12), "money" (€1,234.56), "factor" (1.23 times), "month"
        (Nov 2017), two words as "later|earlier" (1.2 later, or 1.2 earlier if it is
        negative), or "row's", the kind that the row itself has as `kind`.
    """

    header: str
    kind: str = "text"


@dataclass(frozen=True)
class Table:
    """A table on a page.

    Attributes
    ----------
    name : str
        Its id on the page.
    caption : str
        What it shows.
    columns : dict of str to Column
        By the name of the column in the rows. The first heads its row.
    rows : list of dict
        Values by name of the column.
    total : dict, optional
        A row at the foot, such as that of all customers.
    is_sortable : bool, default False
        Whether its rows can be sorted by a click on a header.
    """

    name: str
    caption: str
    columns: dict[str, Column]
    rows: list[dict]
    total: dict | None = None
    is_sortable: bool = False


@dataclass(frozen=True)
class Chart:
    """A figure on a page.

    Attributes
    ----------
    title : str
        Heading above the figure.
    figure : plotly.graph_objects.Figure
        The figure itself, without a title of its own.
    note : str, default ""
        A sentence below the figure.
    table : Table, optional
        The numbers of the figure, for readers who cannot see it.
    name : str, default "chart"
        Its id on the page.
    """

    title: str
    figure: go.Figure
    note: str = ""
    table: Table | None = None
    name: str = "chart"

    @classmethod
    def titled(cls, figure: go.Figure, **options) -> "Chart":
        """Make the title of a chart of olist_segments.charts the heading above it.

        Parameters
        ----------
        figure : plotly.graph_objects.Figure
            What one of those functions returned.
        **options
            The other attributes.

        Returns
        -------
        Chart
        """
        return cls(unescape(figure.layout.title.text), figure, **options)

    @property
    def spec(self) -> dict:
        """What the browser draws, as wide as the page allows."""
        spec = json.loads(self.figure.to_json())
        for own in ("title", "width"):
            spec["layout"].pop(own, None)
        spec["layout"]["margin"] = {"l": 8, "r": 8, "t": 28, "b": 8}
        return {"data": spec["data"], "layout": spec["layout"]}


def grouped_bars(
    groups: dict[str, dict[str, float]],
    *,
    x_title: str,
    y_title: str,
    is_share: bool = False,
    is_logarithmic: bool = False,
) -> go.Figure:
    """Draw the values of several groups side by side, bin by bin.

    Parameters
    ----------
    groups : dict of str to dict of str to float
        Values by the label of their bin, for each group by its name. The bins are in
        the order of the first group; those it lacks follow.
    x_title, y_title : str
        What the axes show, with units.
    is_share : bool, default False
        Whether values are shares, shown in percent.
    is_logarithmic : bool, default False
        Whether the y axis is logarithmic.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    bins = list(dict.fromkeys(label for values in groups.values() for label in values))
    number = ".1%" if is_share else ",.2f"
    figure = go.Figure()
    for color, (name, values) in zip(COLORS, groups.items(), strict=False):
        figure.add_bar(
            name=plain(name),
            x=[plain(label) for label in bins],
            y=[values.get(label) for label in bins],
            marker_color=color,
            hovertemplate=f"%{{x}}: %{{y:{number}}}",
        )
    figure.update_layout(
        barmode="group",
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hovermode="x unified",
    )
    figure.update_xaxes(title=plain(x_title), type="category")
    figure.update_yaxes(title=plain(y_title))
    if is_share:
        figure.update_yaxes(tickformat=".2~%" if is_logarithmic else ".0%")
    if is_logarithmic:
        figure.update_yaxes(type="log", dtick=1)
    return finish(figure, "", height=340)


def page(title: str, introduction: Iterable[str], charts: Iterable[Chart]) -> str:
    """Write charts as one page of HTML that needs no other file and no network.

    Parameters
    ----------
    title : str
        Title of the page.
    introduction : iterable of str
        Paragraphs above the charts.
    charts : iterable of Chart
        In reading order. All texts are escaped.

    Returns
    -------
    str
        The same arguments give the same text.
    """
    charts = [replace(one, name=f"chart-{n}") for n, one in enumerate(charts, 1)]
    return render("charts.html", charts, title=title, introduction=list(introduction))


def render(
    template: str,
    charts: Iterable[Chart],
    *,
    currency: Currency | None = None,
    **context,
) -> str:
    """Fill a template of this folder with charts and other values.

    Parameters
    ----------
    template : str
        Name of a file that extends base.html.
    charts : iterable of Chart
        All charts of the page; their names must differ.
    currency : Currency, optional
        That of the amounts on the page; without it, it can have none.
    **context
        The variables of the template, which escapes every text.

    Returns
    -------
    str
        A page of HTML that asks the network for nothing.
    """
    charts = list(charts)
    page = (
        _templates(currency)
        .get_template(template)
        .render(
            charts=charts,
            specs={chart.name: chart.spec for chart in charts},
            plotly=plotly_scripts(),
            style=asset("tables.css") + asset("style.css"),
            script=asset("charts.js"),
            **context,
        )
    )
    return page.rstrip() + "\n"


@cache
def plotly_scripts() -> Markup:
    """Write the scripts that give a page plotly.js, for charts with x and y axes.

    plotly.js is compressed, and unpacked by the browser.

    Returns
    -------
    Markup
        Elements of HTML, to be placed before the scripts that draw.
    """
    script = asset("plotly/plotly-cartesian.min.js")
    notice, end, _ = script.partition("*/")
    packed = b64encode(gzip.compress(script.encode(), mtime=0)).decode()
    template = _templates().get_template("plotly.html")
    return Markup(template.render(packed=packed, notice=notice + end))


def asset(name: str) -> Markup:
    """Read a file of this folder that is put into pages unchanged.

    Parameters
    ----------
    name : str
        Such as "tables.css".

    Returns
    -------
    Markup
        Its text, which templates do not escape.
    """
    return Markup(files("olist_segments.pages").joinpath(name).read_text("utf-8"))


def written(value: object, kind: str = "text", currency: Currency | None = None) -> str:
    """Write a value as its column does.

    Parameters
    ----------
    value : object
        None and NaN are written as a dash.
    kind : str, default "text"
        See `Column`.
    currency : Currency, optional
        Needed for amounts of money.

    Returns
    -------
    str
        Not escaped.
    """
    if value is None or value != value:
        return "\N{EN DASH}"
    if kind == "text":
        return str(value)
    if kind == "month":
        return f"{value:%b %Y}"
    number = float(value)
    if "|" in kind:
        above, below = kind.split("|")
        return f"{abs(number):,.1f} {below if round(number, 1) < 0 else above}"
    formats = {
        "count": "{:,.0f}",
        "share": "{:.1%}",
        "decimal": "{:,.1f}",
        "precise": "{:,.2f}",
        "factor": "{:,.2f} times",
    }
    if kind == "share" and 0 < number < 0.0005:
        return "<0.1%"
    write = currency.written if kind == "money" else formats[kind].format
    text = write(number)
    if not re.search("[1-9]", text):  # no minus before 0
        text = text.removeprefix("-")
    return text.replace("-", "\N{MINUS SIGN}")


def _on_one_line(value: object, currency: Currency | None) -> object:
    """Let no line end between an amount and its currency."""
    if currency and type(value) is str:
        for sign in filter(None, (currency.prefix, currency.suffix)):
            value = value.replace(sign, sign.replace(" ", "\N{NO-BREAK SPACE}"))
    return value


def _templates(currency: Currency | None = None) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("olist_segments", "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=partial(_on_one_line, currency=currency),
    )
    environment.filters["written"] = partial(written, currency=currency)
    return environment
