"""Charts of the choice of k, of the baselines and of how far segments hold."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from olist_segments.charts.style import BLUE, GREEN, GREY, ORANGE, finish, plain

METHODS = {"kmeans": "KMeans", "rfm": "RFM rule"}
METHOD_COLORS = {"kmeans": BLUE, "rfm": ORANGE}
REASON_COLORS = {
    "only time passed": GREY,
    "other news": ORANGE,
    "bought again": BLUE,
}
SCORES = {
    "inertia": "inertia (squared standard deviations)",
    "silhouette": "silhouette, squared distance (-1 to 1)",
    "silhouette_euclidean": "silhouette, Euclidean, sample (-1 to 1)",
    "davies_bouldin": "Davies-Bouldin (lower is better)",
    "calinski_harabasz": "Calinski-Harabasz (higher is better)",
    "stability_min_ari": "lowest agreement of refits (ARI, up to 1)",
}


def candidate_scores(candidates: pd.DataFrame) -> go.Figure:
    """Plot every score of the candidates for k.

    Parameters
    ----------
    candidates : DataFrame
        The table segment_k_candidates.

    Returns
    -------
    Figure
        Six panels over k, with the chosen k marked.
    """
    chosen = candidates[candidates["is_chosen"]].iloc[0]
    best = candidates.loc[candidates["silhouette"].idxmax()]
    figure = make_subplots(
        rows=2, cols=3, subplot_titles=list(SCORES.values()), vertical_spacing=0.16
    )
    for position, score in enumerate(SCORES):
        cell = {"row": position // 3 + 1, "col": position % 3 + 1}
        figure.add_scatter(
            x=candidates["k"],
            y=candidates[score],
            mode="lines+markers",
            line={"color": BLUE},
            **cell,
        )
        figure.add_scatter(
            x=[chosen["k"]],
            y=[chosen[score]],
            mode="markers",
            marker={"color": ORANGE, "size": 12, "symbol": "circle-open"},
            **cell,
        )
    figure.update_xaxes(dtick=1, title_text="segments (k)", row=2)
    figure.update_xaxes(dtick=1, row=1)
    figure.update_annotations(font_size=12)
    return finish(
        figure,
        f"k = {chosen['k']} is chosen; the silhouette alone would choose {best['k']}, "
        f"whose refits agree at {best['stability_min_ari']:.2f}",
        height=560,
        showlegend=False,
    )


def repeat_buyers_by_cluster(clusters: pd.DataFrame) -> go.Figure:
    """Plot how many customers of each cluster bought once, and how many more often.

    Parameters
    ----------
    clusters : DataFrame
        One row per cluster: cluster_id, one_order and repeat_buyers, in customers.

    Returns
    -------
    Figure
        Stacked bars.
    """
    total = clusters["repeat_buyers"].sum()
    purest = clusters.loc[
        (
            clusters["repeat_buyers"] / clusters[["one_order", "repeat_buyers"]].sum(1)
        ).idxmax()
    ]
    size = purest["one_order"] + purest["repeat_buyers"]
    figure = go.Figure()
    for column, name, color in (
        ("one_order", "one order", GREY),
        ("repeat_buyers", "two or more orders", ORANGE),
    ):
        figure.add_bar(
            y=[f"cluster {number}" for number in clusters["cluster_id"]],
            x=clusters[column],
            name=name,
            marker_color=color,
            text=[f"{count:,}" for count in clusters[column]],
            orientation="h",
        )
    figure.update_layout(barmode="stack", xaxis_title="customers")
    return finish(
        figure,
        f"One of {len(clusters)} clusters holds {purest['repeat_buyers']:,} of "
        f"{total:,} repeat buyers and {size - purest['repeat_buyers']:,} others",
        height=280,
    )


def refits_on_halves(refits: pd.DataFrame) -> go.Figure:
    """Plot how well refits on random halves agree with the full fit.

    Parameters
    ----------
    refits : DataFrame
        The table int_candidate_stability: k, refit and adjusted_rand_index.

    Returns
    -------
    Figure
        One point per candidate k and refit.
    """
    lowest = refits.groupby("k")["adjusted_rand_index"].min()
    figure = go.Figure(
        go.Box(
            x=refits["k"],
            y=refits["adjusted_rand_index"],
            boxpoints="all",
            pointpos=0,
            jitter=0.4,
            fillcolor="rgba(0,0,0,0)",
            line_color="rgba(0,0,0,0)",
            marker_color=BLUE,
        )
    )
    figure.update_layout(
        xaxis={"title": "segments (k)", "dtick": 1},
        yaxis={"title": "agreement with the full fit (adjusted Rand index)"},
    )
    return finish(
        figure,
        f"Refits agree least for k = {lowest.idxmin()} ({lowest.min():.2f}) and most "
        f"for k = {lowest.idxmax()} ({lowest.max():.2f} or more)",
    )


def explained_shares(comparison: pd.DataFrame) -> go.Figure:
    """Plot the share of variance that each segmentation explains.

    Parameters
    ----------
    comparison : DataFrame
        The table segment_comparison.

    Returns
    -------
    Figure
        Bars by number of customer_features, the features of KMeans first.
    """
    wide = comparison.pivot(
        index=["is_clustered_on", "metric"],
        columns="segmentation",
        values="explained_share",
    ).sort_index(ascending=[True, False])
    better = wide[wide["kmeans"] > wide["rfm"]].index.get_level_values("metric")
    figure = go.Figure()
    names = [
        metric if clustered else f"<i>{metric}</i>" for clustered, metric in wide.index
    ]
    for segmentation, name, color in (
        ("two_or_more_orders", "two or more orders", GREY),
        ("rfm", "RFM rule", ORANGE),
        ("kmeans", "KMeans", BLUE),
    ):
        figure.add_bar(
            y=names,
            x=wide[segmentation],
            name=name,
            marker_color=color,
            orientation="h",
        )
    figure.update_layout(
        xaxis={"title": "share of variance between segments (0 to 1)", "range": [0, 1]},
        yaxis_title="in italics: not a feature of KMeans",
        legend_traceorder="reversed",
    )
    return finish(
        figure,
        f"KMeans explains more than the RFM rule for {len(better)} of {len(wide)} "
        "numbers",
        height=620,
    )


def bought_again(outcomes: pd.DataFrame) -> go.Figure:
    """Plot how many members of each segment bought again after a past day.

    Parameters
    ----------
    outcomes : DataFrame
        Rows of the table segment_outcomes, of one day and one horizon.

    Returns
    -------
    Figure
        A point per segment with its 95% interval, by rule and share, and a line at the
        share of all customers. A point is filled if its segment differs from them
        beyond chance. The title has the range of each rule.
    """
    everybody = outcomes[outcomes["rule"] == "all"].iloc[0]
    days = everybody["horizon_days"]
    figure = go.Figure()
    labels, ranges = [], []
    for rule, name in METHODS.items():
        rows = outcomes[outcomes["rule"] == rule].sort_values(
            ["buyer_share", "segment_id"], ascending=[False, True]
        )
        shares = rows["buyer_share"]
        ranges.append(f"{shares.min():.1%} to {shares.max():.1%} ({name})")
        figure.add_scatter(
            x=shares,
            # By position: both rules may call a segment the same.
            y=list(range(len(labels), len(labels) + len(rows))),
            mode="markers",
            name=name,
            text=rows["segment_name"].map(plain),
            marker={
                "color": METHOD_COLORS[rule],
                "size": 10,
                "line": {"color": METHOD_COLORS[rule], "width": 2},
                "symbol": [
                    "circle" if one else "circle-open"
                    for one in rows["is_beyond_chance"]
                ],
            },
            error_x={
                "type": "data",
                "symmetric": False,
                "array": rows["buyer_share_high"] - shares,
                "arrayminus": shares - rows["buyer_share_low"],
            },
            customdata=rows[["buyer_count", "customer_count"]],
            hovertemplate="%{text}<br>%{x:.2%}: %{customdata[0]:,} of "
            "%{customdata[1]:,}<extra></extra>",
        )
        labels += rows["segment_name"].map(plain).to_list()
    figure.add_vline(
        x=everybody["buyer_share"],
        line={"color": GREY, "dash": "dash"},
        annotation={
            "text": f"all customers: {everybody['buyer_share']:.1%}",
            "yref": "paper",
            "y": 1,
            "yanchor": "bottom",
        },
    )
    figure.update_layout(
        xaxis={
            "title": "share who bought again, with its 95% interval; filled: differs "
            "from all beyond chance",
            "tickformat": ".1%",
            "rangemode": "tozero",
        },
        yaxis={
            "tickvals": list(range(len(labels))),
            "ticktext": labels,
            "range": [len(labels) - 0.5, -0.5],
            "zeroline": False,
        },
    )
    return finish(
        figure,
        f"Bought again within {days} days, by segment: {', '.join(ranges)}",
        height=190 + 26 * len(labels),
    )


def resampling_agreement(resampling: pd.DataFrame) -> go.Figure:
    """Plot how well fits on bootstrap samples agree with the full fit.

    Parameters
    ----------
    resampling : DataFrame
        The table studies.resampling.

    Returns
    -------
    Figure
        One box per segmentation and k.
    """
    lowest = resampling.groupby(["segmentation", "k"])["adjusted_rand_index"].min()
    holding = [str(k) for k in lowest["kmeans"][lowest["kmeans"] >= 0.8].index]
    figure = go.Figure()
    for segmentation, scores in resampling.groupby("segmentation"):
        name = METHODS[segmentation]
        figure.add_box(
            x=[f"k = {k}" if segmentation == "kmeans" else name for k in scores["k"]],
            y=scores["adjusted_rand_index"],
            name=name,
            marker_color=METHOD_COLORS[segmentation],
            boxpoints="all",
            jitter=0.4,
            pointpos=0,
        )
    figure.update_layout(
        yaxis={"title": "agreement with the full fit (adjusted Rand index)"},
        xaxis_title="segmentation",
    )
    draws = resampling["draw"].nunique()
    return finish(
        figure,
        f"All {draws} bootstrap fits agree at 0.8 or more for k = {', '.join(holding)}"
        if holding
        else f"For no k do all {draws} bootstrap fits agree at 0.8 or more",
        showlegend=False,
    )


def segment_jaccard(segments: pd.DataFrame, names: dict[str, str]) -> go.Figure:
    """Plot how well each segment is found again on bootstrap samples.

    Parameters
    ----------
    segments : DataFrame
        The table studies.segment_resampling.
    names : dict of str to str
        Names of segments by key.

    Returns
    -------
    Figure
        Mean Jaccard index of every segment, with a line to the lowest.
    """
    table = segments.groupby(["segmentation", "segment_key"])["jaccard"]
    table = table.agg(["mean", "min"]).sort_values("mean").reset_index()
    figure = go.Figure()
    for segmentation, rows in table.groupby("segmentation"):
        figure.add_scatter(
            x=rows["mean"],
            y=rows["segment_key"].map(names),
            mode="markers",
            name=METHODS[segmentation],
            marker={"color": METHOD_COLORS[segmentation], "size": 10},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [0] * len(rows),
                "arrayminus": rows["mean"] - rows["min"],
            },
        )
    weakest = table[table["segmentation"] == "kmeans"].iloc[0]
    figure.update_layout(
        xaxis={
            "title": "Jaccard index with the segment found again: mean and lowest",
            # At 0.5 and below a segment has dissolved.
            "range": [min(0.5, table["min"].min() - 0.05), 1.02],
        }
    )
    return finish(
        figure,
        f"The least stable KMeans segment, {names[weakest['segment_key']]}, is found "
        f"again at {weakest['mean']:.2f}",
        height=480,
    )


def movement_by_reason(movement: pd.DataFrame) -> go.Figure:
    """Plot the share of customers whose segment changes within a month, and why.

    Parameters
    ----------
    movement : DataFrame
        The table studies.movement.

    Returns
    -------
    Figure
        Stacked bars by month end, one panel per segmentation.
    """
    figure = make_subplots(
        rows=1, cols=2, shared_yaxes=True, subplot_titles=list(METHODS.values())
    )
    for column, segmentation in enumerate(METHODS, start=1):
        for reason, color in REASON_COLORS.items():
            rows = movement[
                (movement["segmentation"] == segmentation)
                & (movement["reason"] == reason)
            ]
            figure.add_bar(
                x=rows["as_of_date"],
                y=rows["changed_share"],
                name=reason,
                legendgroup=reason,
                showlegend=column == 1,
                marker_color=color,
                row=1,
                col=column,
            )
    months = movement.groupby(["segmentation", "as_of_date"])["changed_share"].sum()
    means = months.groupby("segmentation").mean()
    reasons = movement.groupby(["segmentation", "reason"])["changed_count"].sum()
    aged = reasons["kmeans"]["only time passed"] / max(reasons["kmeans"].sum(), 1)
    figure.update_layout(barmode="stack")
    figure.update_xaxes(title_text="month end")
    figure.update_yaxes(title_text="customers who changed", tickformat=".0%", col=1)
    return finish(
        figure,
        f"{means['kmeans']:.1%} change their segment in a month, {aged:.0%} of them "
        f"only because time passed; under the RFM rule {means['rfm']:.1%}",
    )


def refit_agreement_by_month(refits: pd.DataFrame) -> go.Figure:
    """Plot how well monthly refits agree with a model that stays the same.

    Parameters
    ----------
    refits : DataFrame
        The table studies.refits.

    Returns
    -------
    Figure
        Lines by month end, one panel per segmentation.
    """
    figure = make_subplots(
        rows=1, cols=2, shared_yaxes=True, subplot_titles=list(METHODS.values())
    )
    lines = {
        "refit_vs_fixed": ("refit and today's model", BLUE),
        "refit_vs_first": ("refit and the first month's model", GREEN),
        "refit_vs_last_refit": ("refit and the refit a month before", ORANGE),
        "fixed_vs_last_fixed": ("today's model, both months", GREY),
    }
    for column, segmentation in enumerate(METHODS, start=1):
        rows = refits[refits["segmentation"] == segmentation]
        for measure, (name, color) in lines.items():
            figure.add_scatter(
                x=rows["as_of_date"],
                y=rows[measure],
                mode="lines+markers",
                name=name,
                legendgroup=name,
                showlegend=column == 1,
                line={"color": color},
                row=1,
                col=column,
            )
    kmeans = refits[refits["segmentation"] == "kmeans"]
    figure.update_xaxes(title_text="month end")
    figure.update_yaxes(title_text="adjusted Rand index", range=[0, 1.02], col=1)
    return finish(
        figure,
        "From one month to the next, labels of KMeans refits agree at "
        f"{kmeans['refit_vs_last_refit'].mean():.2f}, those of one fixed model at "
        f"{kmeans['fixed_vs_last_fixed'].mean():.2f}",
    )


def original_centers(clusters: pd.DataFrame, twins: tuple) -> go.Figure:
    """Plot the centres of the clusters of the original project.

    Parameters
    ----------
    clusters : DataFrame
        The table studies.original_clusters.
    twins : tuple
        The result of `olist_segments.study.original.twins`.

    Returns
    -------
    Figure
        A heat map of standard deviations from the mean, with means in their units.
    """
    (one, other), feature, share = twins
    features = list(clusters["feature"].unique())
    sizes = clusters.drop_duplicates("cluster").set_index("cluster")["row_count"]
    scaled = clusters.pivot(index="cluster", columns="feature", values="scaled_mean")
    means = clusters.pivot(index="cluster", columns="feature", values="mean")
    figure = go.Figure(
        go.Heatmap(
            x=features,
            y=[f"cluster {number}<br>{size:,} rows" for number, size in sizes.items()],
            z=scaled[features],
            text=means[features].map("{:,.1f}".format),
            texttemplate="%{text}",
            colorscale="RdBu",
            zmid=0,
            zmin=-3,
            zmax=3,
            colorbar_title="standard<br>deviations",
        )
    )
    figure.update_yaxes(autorange="reversed", type="category")
    rows = sizes[one] + sizes[other]
    return finish(
        figure,
        f"Clusters {one} and {other}, {rows / sizes.sum():.0%} of the rows, differ in "
        f"{feature}: {share:.1%} of their distance",
        height=460,
    )
