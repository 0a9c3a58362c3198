"""Charts of the segments: who they are, where they live, what they buy and spend."""

import datetime
import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from olist_segments.charts.style import (
    BLUE,
    COLORS,
    GREY,
    INK,
    ORANGE,
    finish,
    money,
    months_title,
    plain,
    segment_colors,
    segment_symbols,
)
from olist_segments.shop import Currency

SCORES = {
    "inertia": "inertia (squared standard deviations)",
    "silhouette": "silhouette (-1 to 1)",
    "stability_min_ari": "lowest adjusted Rand index (1: same)",
}
# A value stands out in a segment if its share differs beyond chance from that among
# all customers, by at least this much, and is this many times as large or as small.
LEAST_DIFFERENCE = 0.005
LEAST_FACTOR = 1.1
# What changes revenue: the columns of segment_revenue_change, their names, colours and
# patterns. First the customers who came and went, then what those who stayed did.
CAUSES = {
    "by_new": ("new customers", COLORS[0], ""),
    "by_returning": ("customers who came back", COLORS[5], "/"),
    "by_lapsed": ("customers who lapsed", COLORS[4], "\\"),
    "by_orders": ("those who stayed: number of orders", COLORS[2], "x"),
    "by_items": ("those who stayed: items per order", COLORS[1], "-"),
    "by_price": ("those who stayed: value per item", COLORS[3], "."),
}
# What a score is compared with: its column, its name, and how it is drawn.
BARS = {
    "silhouette": ("noise_silhouette", "noise", "lines+markers"),
    "stability_min_ari": ("min_stability", "required", "lines"),
}


def segments_overview(segments: pd.DataFrame) -> go.Figure:
    """Plot each segment's share of customers and its share of revenue.

    Parameters
    ----------
    segments : DataFrame
        The table segments.

    Returns
    -------
    Figure
        Two bars per segment, in percent. The title names the segment whose share of
        revenue exceeds its share of customers most.
    """
    segments = segments.sort_values("segment_id")
    richest = most_valuable(segments)
    names = [plain(name, 18) for name in segments["segment_name"]]
    colors = list(segment_colors(segments["segment_id"]).values())
    figure = go.Figure()
    for column, name, pattern in (
        ("revenue_share", "revenue", ""),
        ("customer_share", "customers", "/"),
    ):
        figure.add_bar(
            y=names,
            x=segments[column],
            name=f"share of {name}",
            orientation="h",
            marker={
                "color": colors,
                "line": {"color": INK, "width": 0.5},
                "pattern": {"shape": pattern, "fgcolor": "white", "size": 5},
            },
            text=[f"{share:.1%} of {name}" for share in segments[column]],
            textposition="outside",
            textfont={"size": 12},
            cliponaxis=False,
            hovertemplate=f"%{{y}}<br>%{{x:.1%}} of {name}<extra></extra>",
        )
    largest = segments[["customer_share", "revenue_share"]].max().max()
    figure.update_layout(barmode="group", bargap=0.3)
    figure.update_xaxes(title="share of all (%)", **_share_ticks(largest, 3))
    figure.update_yaxes(autorange="reversed", type="category")
    return finish(
        figure,
        f"{richest['segment_name']} are {richest['customer_share']:.1%} of customers "
        f"and bring {richest['revenue_share']:.1%} of revenue",
        height=110 + 62 * len(segments),
        showlegend=False,
    )


def segment_features(features: pd.DataFrame) -> go.Figure:
    """Plot how far each segment is from the average customer, feature by feature.

    Parameters
    ----------
    features : DataFrame
        One row per segment and feature: segment_id, segment_name, phrase (what the
        feature is called) and scaled_value, the centroid in standard deviations.

    Returns
    -------
    Figure
        A mark per segment on the line of every feature.
    """
    top = features.loc[features["scaled_value"].abs().idxmax()]
    figure = go.Figure()
    for segment_id, rows, look in _segments(features):
        figure.add_scatter(
            x=rows["scaled_value"],
            y=[plain(metric_name(phrase), 18) for phrase in rows["phrase"]],
            name=plain(rows["segment_name"].iloc[0]),
            mode="markers",
            marker={**look, "size": 13, "opacity": 0.9},
            hovertemplate="%{x:.2f}<extra>%{fullData.name}</extra>",
            legendrank=segment_id,
        )
    side = "above" if top["scaled_value"] > 0 else "below"
    figure.update_xaxes(title=plain("standard deviations from the average", 22))
    figure.update_yaxes(autorange="reversed", type="category")
    return finish(
        figure,
        f"The largest difference: {metric_name(top['phrase'])} of "
        f"{top['segment_name']}, {abs(top['scaled_value']):.1f} standard deviations "
        f"{side} the average",
        height=150 + 46 * features["phrase"].nunique(),
    )


def spend_distribution(profile: pd.DataFrame, currency: Currency) -> go.Figure:
    """Plot what customers of each segment spend: the middle 80%, median and mean.

    Parameters
    ----------
    profile : DataFrame
        The rows of segment_profile whose metric is total_spend.
    currency : Currency

    Returns
    -------
    Figure
        A line per segment from the 10th to the 90th percentile, on a logarithmic
        axis.
    """
    profile = profile.sort_values("segment_id")
    most = profile.loc[profile["median"].idxmax()]
    least = profile.loc[profile["median"].idxmin()]
    figure = go.Figure()
    for _, rows, look in _segments(profile):
        one = rows.iloc[0]
        name = plain(one["segment_name"], 18)
        figure.add_scatter(
            x=[one["p10"], one["p90"]],
            y=[name, name],
            mode="lines",
            line={"color": look["color"], "width": 9},
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=[one["p10"], one["median"], one["mean"], one["p90"]],
            y=[name] * 4,
            mode="markers+text",
            text=["", plain(currency.written(one["median"])), "", ""],
            textposition="top center",
            cliponaxis=False,
            marker={
                "opacity": 1,
                "symbol": ["line-ns", "circle", "diamond-open", "line-ns"],
                "size": [14, 13, 12, 14],
                "color": "white",
                "line": {"color": INK, "width": 2},
            },
            customdata=["a tenth spend less", "median", "mean", "a tenth spend more"],
            hovertemplate="%{customdata}: "
            f"{money('%{x:,.2f}', currency)}<extra></extra>",
        )
    figure.update_xaxes(
        type="log",
        title=plain(f"{currency.unit} per customer (logarithmic)", 22),
        tickvals=(ticks := [10**power * step for power in range(6) for step in (1, 3)]),
        ticktext=[plain(currency.written(tick, 0)) for tick in ticks],
    )
    figure.update_yaxes(autorange="reversed", type="category")
    return finish(
        figure,
        f"Half of {most['segment_name']} spend over "
        f"{currency.written(most['median'])}, half of {least['segment_name']} over "
        f"{currency.written(least['median'])}",
        height=110 + 62 * len(profile),
        showlegend=False,
    )


def breakdown(
    table: pd.DataFrame,
    by: str,
    segment_id: int,
    *,
    unit: str,
    currency: Currency | None = None,
    called: str | None = None,
    largest: int = 7,
    standing_out: int = 3,
) -> go.Figure:
    """Plot the shares of one segment by some value, with those of all customers.

    Parameters
    ----------
    table : DataFrame
        One of the tables segment_by_state, _by_city, _by_payment_type, _by_category
        and _by_price_band; the rows of this segment are enough.
    by : str
        The column to break down by.
    segment_id : int
        Number of the segment.
    unit : str
        What the shares count, in the plural: "customers", "orders", "items".
    currency : Currency, optional
        What stands beside bands of price.
    called : str, optional
        What the title calls a value; by default the name of the column.
    largest, standing_out : int, default 7 and 3
        Numbers of values to show: those with the largest shares, and of the others
        those that stand out most.

    Returns
    -------
    Figure
        A bar per value for the segment, with a mark for all customers, and both
        shares as text. Their difference in percentage points is added where the table
        says that it is beyond chance; it is bold where the value stands out.
    """
    rows = shown_values(
        table,
        by,
        segment_id,
        currency=currency,
        largest=largest,
        standing_out=standing_out,
    )
    color = segment_colors([segment_id])[segment_id]
    names = [plain(name, 18) for name in rows["label"]]
    figure = go.Figure()
    figure.add_bar(
        y=names,
        x=rows["share_of_segment"],
        name="this segment",
        orientation="h",
        marker={"color": color, "line": {"color": INK, "width": 0.5}},
        hovertemplate="%{y}: %{x:.2%} of the segment<extra></extra>",
    )
    figure.add_scatter(
        y=names,
        x=rows["share_of_all"],
        name="all customers",
        mode="markers",
        marker={
            "symbol": "line-ns",
            "size": 15,
            "line": {"color": INK, "width": 3},
        },
        hovertemplate="%{y}: %{x:.2%} of all<extra></extra>",
    )
    edge = rows[["share_of_segment", "share_of_all"]].max(axis=1)
    figure.add_scatter(
        y=names,
        x=edge,
        mode="text",
        text=[
            f"  {share:.1%}{points}<br>  all: {share_of_all:.1%}"
            for share, share_of_all, points in zip(
                rows["share_of_segment"],
                rows["share_of_all"],
                _points(rows),
                strict=True,
            )
        ],
        textposition="middle right",
        textfont={"size": 12},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    figure.update_layout(legend=_above())
    figure.update_xaxes(title=f"share of {unit} (%)", **_share_ticks(edge.max(), 2))
    figure.update_yaxes(autorange="reversed", type="category")
    return finish(
        figure,
        _breakdown_finding(
            _labelled(table, by, segment_id, currency), called or _words(by), unit
        ),
        height=120 + 38 * len(rows),
    )


def over_representation(
    table: pd.DataFrame,
    by: str,
    *,
    currency: Currency | None = None,
    called: str | None = None,
    largest: int = 20,
) -> go.Figure:
    """Plot how often each value occurs in each segment, compared with all customers.

    Parameters
    ----------
    table : DataFrame
        One of the breakdowns, such as segment_by_state.
    by : str
        The column to break down by.
    currency : Currency, optional
        What stands beside bands of price.
    called : str, optional
        What a value is called; by default the name of the column.
    largest : int, default 20
        Number of values to show: those with most customers.

    Returns
    -------
    Figure
        A heat map of the index, where 100 is as often as among all customers. Cells
        within chance are empty.
    """
    table = _labelled(table, by, currency=currency)
    sure = table[table["is_beyond_chance"]]
    totals = table.groupby("label")["customer_count"].sum().reset_index()
    totals = totals.sort_values(["customer_count", "label"], ascending=[False, True])
    kept = table[table["label"].isin(totals["label"].head(largest))]
    if by == "price_band":
        columns = list(kept.sort_values("price_band_number")["label"].unique())
    else:
        columns = list(totals["label"].head(largest))
    names = table.drop_duplicates("segment_id").set_index("segment_id")["segment_name"]
    index = sure.pivot(index="segment_id", columns="label", values="index_vs_all")
    index = index.reindex(index=sorted(names.index), columns=columns)
    ratio = np.log2(index / 100)
    figure = go.Figure(
        go.Heatmap(
            x=[plain(label) for label in columns],
            y=[plain(names[one], 22) for one in index.index],
            z=ratio,
            text=index.map(lambda one: "" if pd.isna(one) else f"{one:.0f}"),
            texttemplate="%{text}",
            colorscale="RdBu_r",
            zmid=0,
            zmin=-2,
            zmax=2,
            colorbar={
                "title": "index",
                "tickvals": [-2, -1, 0, 1, 2],
                "ticktext": ["25", "50", "100", "200", "400"],
            },
            hovertemplate="%{y}<br>%{x}: %{text}<extra></extra>",
            hoverongaps=False,
        )
    )
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_xaxes(
        title=f"{called or _words(by)}; 100 is as often as among all customers",
        type="category",
    )
    over = _over(kept)
    if over.empty:
        title = f"No {called or _words(by)} stands out in a segment"
    else:
        top = over.loc[over["index_vs_all"].idxmax()]
        title = (
            f"Stands out most: {top['label']} among "
            f"{top['segment_name']}, {top['index_vs_all'] / 100:.2f} times as often as "
            "among all customers"
        )
    return finish(figure, title, height=150 + 60 * len(index))


def orders_by_month(
    table: pd.DataFrame, segment_id: int, *, last_day: datetime.date
) -> go.Figure:
    """Plot when the orders of a segment were placed, with those of all customers.

    Parameters
    ----------
    table : DataFrame
        The table segment_by_month.
    segment_id : int
        Number of the segment.
    last_day : date
        Of the orders, of any customer and status.

    Returns
    -------
    Figure
        Bars by month for the segment and a line for all. A month without orders has
        neither. The axis says so if the last month is not complete.
    """
    rows = table[table["segment_id"] == segment_id].sort_values("purchase_month")
    everyone = table.drop_duplicates("purchase_month").sort_values("purchase_month")
    finding = "No orders: this segment has no customers at present"
    if len(rows):
        peak = rows.loc[rows["share_of_segment"].idxmax()]
        is_less = peak["share_of_segment"] < peak["share_of_all"]
        finding = (
            f"They ordered most in {peak['purchase_month']:%B %Y}: "
            f"{peak['share_of_segment']:.1%} of the segment's orders, "
            f"{'but ' if is_less else ''}{peak['share_of_all']:.1%} of all orders"
        )
    figure = go.Figure()
    figure.add_bar(
        x=rows["purchase_month"],
        y=rows["share_of_segment"],
        name="this segment",
        marker={
            "color": segment_colors([segment_id])[segment_id],
            "line": {"color": INK, "width": 0.5},
        },
        hovertemplate="%{x|%B %Y}: %{y:.2%} of the segment<extra></extra>",
    )
    figure.add_scatter(
        x=everyone["purchase_month"],
        y=everyone["share_of_all"],
        name="all customers",
        mode="lines+markers",
        line={"color": INK, "width": 2},
        marker={"size": 5},
        hovertemplate="%{x|%B %Y}: %{y:.2%} of all<extra></extra>",
    )
    figure.update_layout(legend=_above(), bargap=0.15)
    figure.update_xaxes(
        title=months_title(everyone["purchase_month"], last_day),
        tickformat="%b %Y",
        nticks=8,
    )
    figure.update_yaxes(title="share of orders (%)", tickformat=".2~%")
    return finish(figure, finding, height=340)


def revenue_changes(changes: pd.DataFrame, currency: Currency) -> go.Figure:
    """Plot what changed the revenue of each segment from one period to the next.

    Parameters
    ----------
    changes : DataFrame
        The rows of segment_revenue_change of one period_days.
    currency : Currency

    Returns
    -------
    Figure
        A stacked bar per segment: causes that added revenue go to the right, others to
        the left. A diamond marks the change, which is the sum of the causes.
    """
    changes = changes.sort_values("segment_id")
    numbers = changes[["revenue_before", "revenue_change", *CAUSES]].astype(float)
    names = [plain(name, 18) for name in changes["segment_name"]]
    figure = go.Figure()
    for rank, (column, (name, color, pattern)) in enumerate(CAUSES.items()):
        figure.add_bar(
            y=names,
            x=numbers[column],
            name=name,
            orientation="h",
            legendrank=rank,
            marker={
                "color": color,
                "pattern": {
                    "shape": pattern,
                    "fillmode": "overlay",
                    "fgcolor": "white",
                    "size": 6,
                    "solidity": 0.2,
                },
            },
            hovertemplate=f"%{{y}}<br>{name}: {money('%{x:,.2f}', currency)}"
            "<extra></extra>",
        )
    figure.add_scatter(
        y=names,
        x=numbers["revenue_change"],
        name="change",
        mode="markers",
        marker={
            "symbol": "diamond",
            "size": 11,
            "color": "white",
            "line": {"color": INK, "width": 2},
        },
        hovertemplate=f"%{{y}}<br>change: {money('%{x:,.2f}', currency)}"
        "<extra></extra>",
    )
    figure.update_layout(
        barmode="relative",
        bargap=0.4,
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
    )
    figure.update_xaxes(
        title=plain(f"change of revenue ({currency.unit})", 22),
        tickformat="~s",
        nticks=6,
    )
    figure.update_yaxes(autorange="reversed", type="category")
    before, change = numbers["revenue_before"].sum(), numbers["revenue_change"].sum()
    largest = numbers[list(CAUSES)].sum().abs().idxmax()
    went = "rose" if change >= 0 else "fell"
    return finish(
        figure,
        f"Revenue {went} from {currency.written(before)} to "
        f"{currency.written(before + change)}; the largest part is that of "
        f"{CAUSES[largest][0]}",
        height=220 + 62 * len(changes),
    )


def customer_map(sample: pd.DataFrame, loadings: pd.DataFrame) -> go.Figure:
    """Plot customers in the plane that keeps most of their differences.

    Parameters
    ----------
    sample : DataFrame
        Customers of customer_map: x, y, segment_id and segment_name.
    loadings : DataFrame
        The table map_loadings.

    Returns
    -------
    Figure
        A point per customer. The title of an axis names its features.
    """
    means = sample.groupby(["segment_id", "segment_name"])[["x", "y"]].mean()
    gaps = {
        (one[1], other[1]): float(np.hypot(*(means.loc[one] - means.loc[other])))
        for one in means.index
        for other in means.index
        if one < other
    }
    figure = _scatter(sample, "x", "y")
    figure.update_xaxes(title=plain(axis_words(loadings, "x"), 36), zeroline=True)
    figure.update_yaxes(title=plain(axis_words(loadings, "y"), 36), zeroline=True)
    title = "All customers are in one segment"
    if len(gaps) == 1:
        title = "Two segments on the map"
    elif gaps:
        near = min(gaps, key=gaps.get)
        title = f"{near[0]} and {near[1]} are the nearest neighbours on the map"
    return finish(figure, title, height=560)


def feature_scatter(sample: pd.DataFrame, x: str, y: str) -> go.Figure:
    """Plot two features of customers against each other, coloured by segment.

    Parameters
    ----------
    sample : DataFrame
        Customers of customer_segments: segment_id, segment_name and the features.
        Those without one of the two are left out.
    x, y : str
        Names of the features.

    Returns
    -------
    Figure
        A point per customer. The axis of positive values with a skew above 2 is
        logarithmic. The title says which share of the variance of each feature lies
        between the segments (eta squared, 0 to 1), as it is drawn: of logarithms, if
        the axis is logarithmic.
    """
    drawn = sample.dropna(subset=[x, y]).astype({x: float, y: float})
    figure = _scatter(drawn, x, y)
    shares = []
    for feature, update in ((x, figure.update_xaxes), (y, figure.update_yaxes)):
        name, values = feature.replace("_", " "), drawn[feature]
        is_skewed = bool(len(values) > 2 and values.min() > 0 and values.skew() > 2)
        values = np.log(values) if is_skewed else values
        update(title=plain(name))
        if is_skewed:
            ticks = [10.0**power * step for power in range(-3, 9) for step in (1, 3)]
            update(
                title=plain(f"{name} (logarithmic)"),
                type="log",
                tickvals=ticks,
                ticktext=[f"{tick:,.9g}" for tick in ticks],
            )
        shares.append((f"{_explained(values, drawn['segment_id']):.1%}", name))
    (one, first), (other, second) = shares
    title = (
        f"Segments explain {one} of the variance of {first} and {other} of that of "
        f"{second}"
    )
    if drawn.empty:
        title = "No customer has both of these numbers"
    return finish(figure, title, height=560)


def axis_words(loadings: pd.DataFrame, axis: str, *, at_least: float = 0.4) -> str:
    """Describe an axis of the customer map.

    Parameters
    ----------
    loadings : DataFrame
        The table map_loadings.
    axis : {"x", "y"}
        Which axis.
    at_least : float, default 0.4
        Name the features with a loading this large, or the largest if there is none.

    Returns
    -------
    str
        Such as "right: more total spend, more installments".
    """
    rows = loadings[loadings["axis"] == axis]
    rows = rows.iloc[rows["loading"].abs().argsort(kind="stable")[::-1]]
    kept = rows[rows["loading"].abs() >= at_least]
    if kept.empty:
        kept = rows.head(1)
    negatives = kept.get("phrase_negative", pd.Series(None, kept.index))
    parts = [
        (feature if loading > 0 else negative)
        if isinstance(negative, str)
        else f"{'more' if loading > 0 else 'fewer'} {_words(metric_name(feature))}"
        for feature, negative, loading in zip(
            kept["feature"], negatives, kept["loading"], strict=True
        )
    ]
    return f"{'right' if axis == 'x' else 'up'}: {', '.join(parts)}"


def candidate_score(candidates: pd.DataFrame, score: str) -> go.Figure:
    """Plot one score of the candidates for the number of segments.

    Parameters
    ----------
    candidates : DataFrame
        The table segment_k_candidates.
    score : {"inertia", "silhouette", "stability_min_ari"}
        Which score.

    Returns
    -------
    Figure
        A line over k, with a ring around the chosen k. The silhouette is shown with
        that of noise, the stability with the limit of the rule.
    """
    candidates = candidates.sort_values("k")
    chosen = candidates[candidates["is_chosen"]].iloc[0]
    figure = go.Figure()
    figure.add_scatter(
        x=candidates["k"],
        y=candidates[score],
        name="customers",
        mode="lines+markers",
        line={"color": BLUE, "width": 2.5},
        marker={"size": 7},
        hovertemplate="k = %{x}: %{y:,.3~r}<extra></extra>",
    )
    if score in BARS:
        column, name, mode = BARS[score]
        figure.add_scatter(
            x=candidates["k"],
            y=candidates[column],
            name=name,
            mode=mode,
            line={"color": GREY, "width": 2, "dash": "dot"},
            marker={"size": 6, "symbol": "x"},
            hovertemplate=f"{name}, k = %{{x}}: %{{y:.3f}}<extra></extra>",
        )
    figure.add_scatter(
        x=[chosen["k"]],
        y=[chosen[score]],
        name="chosen",
        mode="markers",
        marker={
            "color": ORANGE,
            "size": 17,
            "symbol": "circle-open",
            "line": {"width": 3},
        },
        hoverinfo="skip",
    )
    figure.update_layout(legend=_above())
    figure.update_xaxes(title="number of segments (k)", dtick=1)
    figure.update_yaxes(title=SCORES[score], rangemode="tozero")
    return finish(figure, _score_finding(candidates, chosen, score), height=360)


def moves(migrations: pd.DataFrame, names: dict[str, str]) -> go.Figure:
    """Plot where the customers of each segment went on one day.

    Parameters
    ----------
    migrations : DataFrame
        The rows of segment_migrations of one as_of_date.
    names : dict of str to str
        Names of segments by key.

    Returns
    -------
    Figure
        A heat map of customers from segment to segment, without those who stayed.
    """
    words = {"none": "no segment", **names}
    going = migrations["from_segment_key"] != migrations["to_segment_key"]
    moved = migrations[going]
    known = moved[moved["from_segment_key"] != "none"]
    order = [key for key in [*names, "none"] if key in set(moved["from_segment_key"])]
    targets = [key for key in [*names, "none"] if key in set(moved["to_segment_key"])]
    # A segment of an earlier model may have no name any more.
    order += sorted(set(moved["from_segment_key"]) - set(order))
    targets += sorted(set(moved["to_segment_key"]) - set(targets))
    counts = moved.pivot(
        index="from_segment_key", columns="to_segment_key", values="customer_count"
    ).reindex(index=order, columns=targets)
    figure = go.Figure(
        go.Heatmap(
            x=[plain(words.get(key, key), 16) for key in targets],
            y=[plain(words.get(key, key), 22) for key in order],
            z=counts,
            text=counts.map(lambda one: "" if pd.isna(one) else f"{one:,.0f}"),
            texttemplate="%{text}",
            colorscale=[[0, "#eef4f8"], [1, BLUE]],
            showscale=False,
            hovertemplate="from %{y}<br>to %{x}: %{z:,} customers<extra></extra>",
            hoverongaps=False,
        )
    )
    figure.update_xaxes(title="to (customers)", type="category")
    figure.update_yaxes(title="from", autorange="reversed", type="category")
    before = migrations[migrations["from_segment_key"] != "none"]
    total = before["customer_count"].sum()
    if total:
        title = (
            f"{known['customer_count'].sum():,} of {total:,} customers changed their "
            f"segment ({known['customer_count'].sum() / total:.1%})"
        )
    else:
        title = (
            f"{moved['customer_count'].sum():,} customers entered their first segment"
        )
    return finish(figure, title, height=180 + 56 * len(order))


def most_valuable(segments: pd.DataFrame) -> pd.Series:
    """Find the segment whose share of revenue exceeds that of customers most.

    Parameters
    ----------
    segments : DataFrame
        The table segments.

    Returns
    -------
    Series
        Its row.
    """
    segments = segments.fillna({"revenue_share": 0, "customer_share": 0})
    more = segments["revenue_share"] - segments["customer_share"]
    return segments.loc[more.idxmax()]


def metric_name(phrase: str) -> str:
    """Name a metric without its value.

    Parameters
    ----------
    phrase : str
        The phrase after its value, such as "% of orders late" or "euros spent".

    Returns
    -------
    str
        Such as "share of orders late" or "euros spent".
    """
    return f"share{phrase.removeprefix('%')}" if phrase.startswith("%") else phrase


def shown_values(
    table: pd.DataFrame,
    by: str,
    segment_id: int,
    *,
    currency: Currency | None = None,
    largest: int = 7,
    standing_out: int = 3,
) -> pd.DataFrame:
    """Pick the rows of a breakdown that say most about a segment.

    Parameters
    ----------
    table, by, segment_id, currency, largest, standing_out
        As in `breakdown`.

    Returns
    -------
    DataFrame
        Rows of the table with a `label`, not escaped; price bands in their order,
        all others by share.
    """
    rows = _labelled(table, by, segment_id, currency)
    rows = rows.sort_values(["share_of_segment", "label"], ascending=[False, True])
    over = _over(rows.iloc[largest:])
    shown = pd.concat([rows.head(largest), over.head(standing_out)])
    if by == "price_band":
        return shown.sort_values("price_band_number")
    return shown.sort_values(["share_of_segment", "label"], ascending=[False, True])


def standing_out(table: pd.DataFrame, by: str, segment_id: int) -> pd.DataFrame:
    """List what stands out in a segment because it is more frequent there.

    Parameters
    ----------
    table, by, segment_id
        As in `breakdown`.

    Returns
    -------
    DataFrame
        Rows of the table with a `label`, not escaped; the largest difference of shares
        first. `LEAST_DIFFERENCE` and `LEAST_FACTOR` say what stands out.
    """
    return _over(_labelled(table, by, segment_id))


def _over(rows: pd.DataFrame) -> pd.DataFrame:
    large = rows["index_vs_all"] >= 100 * LEAST_FACTOR
    return _by_difference(rows[large], sign=1)


def _under(rows: pd.DataFrame) -> pd.DataFrame:
    small = rows["index_vs_all"] <= 100 / LEAST_FACTOR
    return _by_difference(rows[small], sign=-1)


def _by_difference(rows: pd.DataFrame, *, sign: int) -> pd.DataFrame:
    """Keep what differs enough and beyond chance; the largest difference first."""
    rows = rows.assign(by=sign * (rows["share_of_segment"] - rows["share_of_all"]))
    kept = rows[rows["is_beyond_chance"] & (rows["by"] >= LEAST_DIFFERENCE)]
    return kept.sort_values(["by", "label"], ascending=[False, True])


def _points(rows: pd.DataFrame) -> list[str]:
    """Write by how many percentage points each share differs beyond chance."""
    bold = {*_over(rows).index, *_under(rows).index}
    texts = []
    for row in rows.itertuples():
        points = f"{100 * (row.share_of_segment - row.share_of_all):+.1f}"
        points = points.replace("-", "\N{MINUS SIGN}")
        points = f"<b>{points}</b>" if row.Index in bold else points
        texts.append(f" {points}" if row.is_beyond_chance else "")
    return texts


def _segments(table: pd.DataFrame):
    """Yield the rows, colour and symbol of each segment, by number."""
    ids = sorted(table["segment_id"].unique())
    colors, symbols = segment_colors(ids), segment_symbols(ids)
    for one in ids:
        look = {"color": colors[one], "symbol": symbols[one]}
        look["line"] = {"color": INK, "width": 0.8}
        yield one, table[table["segment_id"] == one], look


def _scatter(table: pd.DataFrame, x: str, y: str) -> go.Figure:
    """Draw a point per customer, the largest segments first, below the others."""
    figure = go.Figure()
    for segment_id, rows, look in sorted(
        _segments(table), key=lambda one: (-len(one[1]), one[0])
    ):
        figure.add_scatter(
            meta=segment_id,
            x=rows[x],
            y=rows[y],
            name=plain(rows["segment_name"].iloc[0]),
            mode="markers",
            marker={**look, "size": 6, "opacity": 0.65, "line": {"width": 0}},
            hovertemplate="%{x:,.1f}, %{y:,.1f}<extra>%{fullData.name}</extra>",
            legendrank=segment_id,
        )
    figure.update_layout(legend_itemsizing="constant")
    return figure


def _explained(values: pd.Series, groups: pd.Series) -> float:
    """Return the share of the variance that lies between groups."""
    total = ((values - values.mean()) ** 2).sum()
    between = ((values.groupby(groups).transform("mean") - values.mean()) ** 2).sum()
    return float(between / total) if total else 0.0


def _labelled(
    table: pd.DataFrame,
    by: str,
    segment_id: int | None = None,
    currency: Currency | None = None,
) -> pd.DataFrame:
    """Add the label of each value."""
    if segment_id is not None:
        table = table[table["segment_id"] == segment_id]
    values = table.get(f"{by}_name", table[by])
    labels = [_shortened(_value_name(str(value), by, currency)) for value in values]
    if by == "city":  # several states may have a city of that name
        pairs = zip(labels, table["state"], strict=True)
        labels = [
            city if state == "unknown" else f"{city}, {state}" for city, state in pairs
        ]
    return table.assign(label=labels)


def _shortened(label: str, most: int = 60) -> str:
    """Leave out the middle of a label that would fill its chart."""
    half = most // 2
    return label if len(label) <= most else f"{label[:half]} … {label[-half:]}"


def _value_name(value: str, by: str, currency: Currency | None) -> str:
    """Capitalize cities, add the currency, and replace underscores by spaces."""
    if by == "city":
        small = {"d", "da", "das", "de", "do", "dos", "e"}
        words = value.split(" ")
        return " ".join(w if w in small else w[:1].upper() + w[1:] for w in words)
    if by == "price_band" and currency and any(map(str.isdigit, value)):
        return currency.beside(value)
    return _words(value) if by in ("category", "payment_type") else value


def _breakdown_finding(rows: pd.DataFrame, called: str, unit: str) -> str:
    if rows.empty:
        return f"No {called}: this segment has no customers at present"
    over, under = _over(rows), _under(rows)
    if over.empty and under.empty:
        top = rows.sort_values(["share_of_segment", "label"]).iloc[-1]
        return (
            f"No {called} stands out; the largest is {top['label']}, with "
            f"{top['share_of_segment']:.1%} of the segment's {unit}"
        )
    said, top = (
        ("Stands out as rarer", under.iloc[0])
        if over.empty
        else ("Stands out most", over.iloc[0])
    )
    return (
        f"{said}: {top['label']}, with {top['share_of_segment']:.1%} of the segment's "
        f"{unit} and {top['share_of_all']:.1%} of all {unit}"
    )


def _share_ticks(largest: float, room: float) -> dict:
    """Put ticks that cover the largest share, and leave room for its label."""
    if not largest > 0:  # a segment without customers
        largest = 1
    steps = [base * 10**power for power in range(-4, 1) for base in (1, 2, 5)]
    step = next((one for one in steps if largest / one <= 3), 1)
    count = math.ceil(round(largest / step, 6)) + 1
    return {
        "tickvals": [round(step * n, 6) for n in range(count)],
        "tickformat": ".2~%",
        "tickangle": 0,
        "range": [0, largest * room],
    }


def _score_finding(candidates: pd.DataFrame, chosen: pd.Series, score: str) -> str:
    k = chosen["k"]
    if score == "inertia":
        if pd.isna(chosen["bend"]):
            return "Inertia falls with every segment"
        return (
            f"Bend: inertia falls {chosen['bend']:.2f} times as steeply before {k} "
            "segments as after"
        )
    if score == "silhouette":
        return (
            f"Separation: {chosen['silhouette']:.2f} with {k} segments, where noise "
            f"would reach {chosen['noise_silhouette']:.2f}"
        )
    least = candidates.loc[candidates["stability_min_ari"].fillna(1).idxmin()]
    beside = (
        f", at only {least['stability_min_ari']:.2f} with {least['k']}"
        if least["stability_min_ari"] < chosen["stability_min_ari"]
        else ""
    )
    return (
        f"Stability: refits agree at {chosen['stability_min_ari']:.2f} or more with "
        f"{k} segments{beside}; {chosen['min_stability']:.2f} is required"
    )


def _words(name: str) -> str:
    return str(name).replace("_", " ")


def _above() -> dict:
    """Place the legend above the chart, at the left."""
    return {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
