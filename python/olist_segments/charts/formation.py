"""The chart of how segments form as the number of segments grows."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from olist_segments.charts.style import (
    GREY,
    INK,
    finish,
    plain,
    segment_colors,
    segment_symbols,
)

# Of all customers: the space between two clusters, and the least band that is drawn.
GAP = 0.04
LEAST_SHARE = 0.005
# Half the width of a cluster's bar; from one k to the next is 1.
HALF = 0.06


def segment_formation(flows: pd.DataFrame, names: dict[int, str]) -> go.Figure:
    """Plot which clusters the segments come from, and what more segments make of them.

    Parameters
    ----------
    flows : DataFrame
        The table segment_flows, with at least one row.
    names : dict of int to str
        Names of segments by number.

    Returns
    -------
    Figure
        A bar per k and cluster, as high as it has customers, and bands for those who
        are in one cluster at k and in another at k + 1. The segments and what joins
        them have their colours. The title says which segment comes from several
        clusters most.

    References
    ----------
    Dolnicar and Leisch, "Using segment level stability to select target segments in
    data-driven market segmentation studies", Marketing Letters 28 (2017).
    """
    # 0 is no segment, and has no name.
    flows = flows.fillna({"segment_id": 0, "next_segment_id": 0}).astype(int)
    clusters = _placed(flows)
    total = clusters.groupby("k")["customer_count"].sum().max()
    figure = go.Figure()
    for segment_id, shapes in _bands(flows, clusters, LEAST_SHARE * total).items():
        figure.add_scatter(
            x=[x for shape in shapes for x in (*shape[0], None)],
            y=[y for shape in shapes for y in (*shape[1], None)],
            mode="lines",
            line_width=0,
            fill="toself",
            fillcolor=_color(segment_id),
            opacity=0.35,
            showlegend=False,
            hoverinfo="skip",
        )
    figure.add_bar(
        x=clusters["k"],
        y=clusters["customer_count"],
        base=clusters["bottom"],
        width=2 * HALF,
        marker={"color": [_color(one) for one in clusters["segment_id"]]},
        customdata=[
            [
                plain(names.get(row.segment_id, f"cluster {row.cluster_id}")),
                f"{row.customer_count:,}",
                f"{row.customer_count / total:.1%}",
            ]
            for row in clusters.itertuples()
        ],
        hovertemplate="k = %{x}: %{customdata[0]}<br>"
        "%{customdata[1]} customers (%{customdata[2]})<extra></extra>",
        showlegend=False,
    )
    segments = clusters[clusters["segment_id"] > 0].sort_values("segment_id")
    for row in segments.itertuples():
        figure.add_scatter(
            x=[row.k],
            y=[row.bottom + row.customer_count / 2],
            name=plain(names[row.segment_id]),
            mode="markers",
            marker={
                "color": _color(row.segment_id),
                "symbol": segment_symbols([row.segment_id])[row.segment_id],
                "size": 14,
                "line": {"color": INK, "width": 1},
            },
            hoverinfo="skip",
        )
    figure.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"})
    figure.update_xaxes(title="number of segments (k)", dtick=1, showgrid=False)
    figure.update_yaxes(
        title="customers", showticklabels=False, showgrid=False, zeroline=False
    )
    figure = finish(figure, _finding(flows, names), height=560, margin_t=130)
    return figure.update_layout(title={"y": 0.97, "yanchor": "top"})  # above the legend


def _placed(flows: pd.DataFrame) -> pd.DataFrame:
    """List the clusters of every k, with the place of each above the others.

    A cluster stands near those that its customers come from, so that few bands cross.
    """
    last = flows["k"].max()
    starts = flows[["k", "cluster_id", "segment_id", "customer_count"]]
    ends = flows.loc[flows["k"] == last, ["next_cluster_id", "next_segment_id"]]
    ends = ends.set_axis(["cluster_id", "segment_id"], axis=1)
    ends = ends.assign(k=last + 1, customer_count=flows["customer_count"])
    clusters = (
        pd.concat([starts, ends])
        .groupby(["k", "cluster_id", "segment_id"], as_index=False)
        .sum()
    )
    total = clusters.groupby("k")["customer_count"].sum().max()
    placed, middles = [], {}
    for k, rows in clusters.groupby("k"):
        before = flows[flows["k"] == k - 1]
        weighted = before["customer_count"] * before["cluster_id"].map(middles)
        sums = weighted.groupby(before["next_cluster_id"]).sum()
        counts = before.groupby("next_cluster_id")["customer_count"].sum()
        wanted = rows["cluster_id"].map(sums / counts).fillna(0)
        rows = rows.assign(wanted=wanted).sort_values(["wanted", "cluster_id"])
        heights = rows["customer_count"] + GAP * total
        bottom = heights.cumsum() - heights - heights.sum() / 2
        rows = rows.assign(bottom=bottom)
        middles = dict(
            zip(rows["cluster_id"], bottom + rows["customer_count"] / 2, strict=True)
        )
        placed.append(rows)
    return pd.concat(placed)


def _bands(flows: pd.DataFrame, clusters: pd.DataFrame, least: float) -> dict:
    """Outline the bands between bars, by the segment at one of their ends, or 0."""
    middles = clusters.set_index(["k", "cluster_id"])["bottom"].to_dict()
    leaving, arriving = dict(middles), dict(middles)
    one = zip(flows["k"], flows["cluster_id"], strict=True)
    other = zip(flows["k"] + 1, flows["next_cluster_id"], strict=True)
    flows = flows.assign(
        start=[middles[key] for key in one], end=[middles[key] for key in other]
    )
    bands = {}
    # In this order bands cross neither where they leave a bar nor where they arrive.
    for row in flows.sort_values(["k", "start", "end"]).itertuples():
        one, other = (row.k, row.cluster_id), (row.k + 1, row.next_cluster_id)
        low, high = leaving[one], arriving[other]
        leaving[one] += row.customer_count
        arriving[other] += row.customer_count
        if row.customer_count >= least:
            way = np.linspace(0, 1, 15)
            x = row.k + HALF + way * (1 - 2 * HALF)
            y = low + (high - low) * way**2 * (3 - 2 * way)
            shape = ([*x, *x[::-1]], [*y, *(y + row.customer_count)[::-1]])
            bands.setdefault(row.segment_id or row.next_segment_id, []).append(shape)
    return dict(sorted(bands.items()))


def _color(segment_id: int) -> str:
    return segment_colors([segment_id])[segment_id] if segment_id else GREY


def _finding(flows: pd.DataFrame, names: dict[int, str]) -> str:
    """Say which segment has the smallest part of its members in one cluster before."""
    sources = flows[flows["next_segment_id"] > 0]
    if sources.empty:
        return "How these segments split when there are more of them"
    counts = sources.groupby("next_segment_id")["customer_count"]
    shares = counts.max() / counts.sum()
    least = shares.idxmin()
    return (
        f"With {len(names) - 1} segments, {shares[least]:.1%} of {names[least]} would "
        "be in one cluster: the lowest share of any segment"
    )
