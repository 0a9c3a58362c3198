"""Pages of charts that need nothing but a browser."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from olist_segments.charts.style import COLORS


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
    """

    title: str
    figure: go.Figure
    note: str = ""


def grouped_bars(
    groups: dict[str, dict[str, float]],
    *,
    x_title: str,
    y_title: str,
    is_share: bool = False,
    is_logarithmic: bool = False,
) -> go.Figure:
    """Draw the values of several groups beside each other, bin by bin.

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
            name=escape(name),
            x=[escape(label) for label in bins],
            y=[values.get(label) for label in bins],
            marker_color=color,
            hovertemplate=f"%{{x}}: %{{y:{number}}}",
        )
    figure.update_layout(
        barmode="group",
        template="plotly_white",
        font={"family": "system-ui, sans-serif", "size": 13},
        height=340,
        margin={"l": 10, "r": 10, "t": 30, "b": 10},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hovermode="x unified",
    )
    figure.update_xaxes(title=escape(x_title), type="category", automargin=True)
    figure.update_yaxes(title=escape(y_title), automargin=True)
    if is_share:
        figure.update_yaxes(tickformat=".2~%" if is_logarithmic else ".0%")
    if is_logarithmic:
        figure.update_yaxes(type="log", dtick=1)
    return figure


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
    paragraphs = "\n".join(f"<p>{escape(text)}</p>" for text in introduction)
    figures = "\n".join(
        f"<figure><h2>{escape(chart.title)}</h2>\n"
        + chart.figure.to_html(
            full_html=False,
            include_plotlyjs=False,
            div_id=f"chart-{number}",
            config={"responsive": True, "displayModeBar": False},
        )
        + (f"\n<figcaption>{escape(chart.note)}</figcaption>" if chart.note else "")
        + "</figure>"
        for number, chart in enumerate(charts, 1)
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<style>{_STYLE}</style>
<script>{get_plotlyjs()}</script>
</head>
<body>
<h1>{escape(title)}</h1>
{paragraphs}
<main>
{figures}
</main>
</body>
</html>
"""


_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 1280px;
    margin: 0 auto; padding: 1rem 1.5rem 3rem; }
h1 { font-size: 1.7rem; margin: .5rem 0; }
h2 { font-size: 1.05rem; margin: 0 0 .3rem; }
p { max-width: 48rem; margin: .5rem 0; }
main { display: grid; gap: 2.5rem 2rem; margin-top: 2rem;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 34rem), 1fr)); }
figure { margin: 0; min-width: 0; }
figcaption { font-size: .9rem; color: #555; margin-top: .3rem; }
"""
