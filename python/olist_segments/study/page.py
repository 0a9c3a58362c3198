"""The tables of the study as a page of the docs."""

from collections.abc import Iterable

import pandas as pd

from olist_segments.markdown import table
from olist_segments.study.months import BOUGHT, NEWS, ONLY_TIME

METHODS = {"kmeans": "KMeans", "rfm": "RFM rule"}


def render_page(tables: dict[str, pd.DataFrame]) -> str:
    """Write the study as a doc block in Markdown.

    Parameters
    ----------
    tables : dict of str to DataFrame
        Result of `run_study` or `read_study`.

    Returns
    -------
    str
        A doc block named stability, with aggregates only.
    """
    (run,) = tables["run"].to_dict("records")
    synthetic = " The data is SYNTHETIC." if run["is_synthetic"] else ""
    sections = [
        "{% docs stability %}",
        "# How far the segments hold",
        f"Written by `make study` from a model with {run['k']} segments of "
        f"{run['customer_count']:,} customers.{synthetic} The notebook "
        "`notebooks/stability.ipynb` has the charts. Agreement is the adjusted Rand "
        "index: 1 for the same segments, about 0 for random ones.",
        "## Would other customers have given the same segments?",
        f"Fits on {run['draws']} bootstrap samples are compared with the fit on all "
        "customers; each labels all customers. The RFM rule takes its bounds from the "
        "sample.",
        _resampling(tables["resampling"], run),
        "This table shows how well each segment is found again: its Jaccard index with "
        "the most similar segment of the fit on the sample (Hennig 2007). At 0.5 and "
        "below the segment has dissolved.",
        _segments(tables["segment_resampling"]),
        "## How many customers change their segment in a month?",
        "Today's model labels every month: scaling, centroids and the bounds of the "
        "RFM rule stay the same. The table counts customers who already had a label a "
        "month before. They change because they bought again, because of other news (a "
        "delivery or a review), or only because time passed and their recency grew.",
        _movement(tables["movement"]),
        "## Would a refit have changed the segments?",
        "A refit scales and clusters the data of that day, with the same k. On the "
        "customers of that day, it is compared with today's model and with the model "
        "of the first month. On the customers that the month before has too, it is "
        "compared with the refit of the month before; the last column compares the "
        "labels that today's model gives them in both months.",
        *[_refits(tables["refits"], method) for method in METHODS],
    ]
    if "original_comparison" in tables:
        sections += [
            "## What the original project clusters",
            "This is github.com/Lekewhite01/customer_segmentation, rebuilt from this "
            "warehouse: the analysis `original_rows`, five standardised features, "
            "k = 5.",
            _comparison(tables["original_comparison"]),
            "Mean of every feature by cluster:",
            _clusters(tables["original_clusters"]),
        ]
    return "\n\n".join([*sections, "{% enddocs %}"]) + "\n"


def _resampling(resampling: pd.DataFrame, run: dict) -> str:
    groups = resampling.groupby(["segmentation", "k"])["adjusted_rand_index"]
    rows = [
        (
            METHODS[segmentation]
            + (" (current)" if segmentation == "kmeans" and k == run["k"] else ""),
            k,
            f"{scores.mean():.3f}",
            f"{scores.min():.3f}",
        )
        for (segmentation, k), scores in groups
    ]
    return table(["segmentation", "segments", "mean agreement", "lowest"], rows)


def _segments(segments: pd.DataFrame) -> str:
    rows = []
    for segmentation, segment in _in_order(segments, "segment_key"):
        values = segments.loc[
            (segments["segmentation"] == segmentation)
            & (segments["segment_key"] == segment),
            "jaccard",
        ]
        rows.append(
            (
                METHODS[segmentation],
                f"`{segment}`",
                f"{values.mean():.3f}",
                f"{values.min():.3f}",
                int((values <= 0.5).sum()),
            )
        )
    header = ["segmentation", "segment", "mean Jaccard", "lowest", "times dissolved"]
    return table(header, rows)


def _movement(movement: pd.DataFrame) -> str:
    rows = []
    for (segmentation, day), month in movement.groupby(["segmentation", "as_of_date"]):
        share = month.set_index("reason")["changed_share"]
        rows.append(
            (
                METHODS[segmentation],
                f"{day:%Y-%m-%d}",
                f"{month['common_count'].max():,}",
                f"{share.sum():.2%}",
                *(f"{share[reason]:.2%}" for reason in (ONLY_TIME, BOUGHT, NEWS)),
            )
        )
    header = ["segmentation", "month end", "customers", "changed"]
    return table([*header, ONLY_TIME, BOUGHT, NEWS], rows)


def _refits(refits: pd.DataFrame, method: str) -> str:
    rows = [
        (
            f"{row.as_of_date:%Y-%m-%d}",
            f"{row.customer_count:,}",
            _number(row.refit_vs_fixed),
            _number(row.refit_vs_first),
            "" if pd.isna(row.common_count) else f"{row.common_count:,.0f}",
            _number(row.refit_vs_last_refit),
            _number(row.fixed_vs_last_fixed),
        )
        for row in refits[refits["segmentation"] == method].itertuples()
    ]
    return table(
        [
            f"{METHODS[method]}, month end",
            "customers",
            "refit and today's model",
            "refit and first month's",
            "also in the month before",
            "refit and previous refit",
            "today's model, both months",
        ],
        rows,
    )


def _comparison(comparison: pd.DataFrame) -> str:
    rows = [
        (row.measure, _figure(row.original), _figure(row.here))
        for row in comparison.itertuples()
    ]
    return table(["measure", "original", "here"], rows)


def _clusters(clusters: pd.DataFrame) -> str:
    means = clusters.pivot(
        index=["cluster", "row_count"], columns="feature", values="mean"
    )[clusters["feature"].unique()]
    rows = [
        (number, f"{size:,}", *(f"{mean:,.2f}" for mean in row))
        for (number, size), row in zip(means.index, means.to_numpy(), strict=True)
    ]
    return table(["cluster", "rows", *means.columns], rows)


def _in_order(table: pd.DataFrame, column: str) -> Iterable[tuple]:
    pairs = table[["segmentation", column]].drop_duplicates()
    return pairs.itertuples(index=False, name=None)


def _number(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.3f}"


def _figure(value: float) -> str:
    if pd.isna(value):
        return ""
    if float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:,.3f}" if abs(value) < 10 else f"{value:,.2f}"
