"""The look that all charts share."""

from collections.abc import Iterable

import plotly.graph_objects as go

BLUE, ORANGE, GREEN, GREY = "#2a6f97", "#bc6c25", "#588157", "#8d99ae"
# Of the palette by Okabe and Ito, which people without full colour vision tell apart.
COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")


def segment_colors(segment_ids: Iterable[int]) -> dict[int, str]:
    """Give each segment the colour that it has in every chart.

    Parameters
    ----------
    segment_ids : iterable of int
        Numbers of segments, from 1.

    Returns
    -------
    dict of int to str
        Colours by segment; from the seventh segment on they come again.
    """
    return {one: COLORS[(one - 1) % len(COLORS)] for one in segment_ids}


def finish(figure: go.Figure, title: str, **layout) -> go.Figure:
    """Give a chart the common look.

    Parameters
    ----------
    figure : Figure
        The chart; it is changed.
    title : str
        What the chart shows, as a sentence.
    **layout
        Further settings of the layout.

    Returns
    -------
    Figure
        The same chart.
    """
    figure.update_layout(
        title={"text": title, "font_size": 15},
        template="plotly_white",
        margin={"l": 70, "r": 30, "t": 90, "b": 60},
        **{"height": 440, "width": 960, **layout},
    )
    return figure
