"""The tables of the study as a page of the docs."""

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from olist_segments.markdown import table
from olist_segments.study.months import BOUGHT, HORIZON_DAYS, NEWS, ONLY_TIME

METHODS = {"kmeans": "KMeans", "rfm": "RFM rule"}
RULES = {
    "kmeans": "Today's model",
    "refit": "Model of that day",
    "rfm": "RFM rule",
}


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
    if "outcomes" in tables:
        sections += _outcomes(tables["outcomes"])
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


def _outcomes(outcomes: pd.DataFrame) -> list[str]:
    whole = outcomes[outcomes["rule"] == "all"].set_index("label_date")
    outcomes = outcomes.assign(
        higher=outcomes["buyer_share"]
        > outcomes["label_date"].map(whole["buyer_share"]),
        label=("`" + outcomes["segment_key"] + "`").where(
            ~(outcomes["jaccard"] <= 0.5), "(none of today's)"
        ),
    ).sort_values(
        ["label_date", "buyer_share", "label", "segment_id"],
        ascending=[True, False, True, True],
    )
    sections = [
        "## Did the segments buy again?",
        f"What the customers of a month end bought in the next {HORIZON_DAYS} days, as "
        "in `segment_outcomes`. Labels use only what was known on that day; today's "
        "model was fitted later, so the model that could have been fitted on that day "
        "stands beside it, with the same k. Segments are in the order of the share "
        "that bought again, each with its number of customers; a share in bold differs "
        "beyond chance from that of all customers, and the order of the others tells "
        "little. A segment of the model of that day has the name of the most "
        "similar segment of today's model, unless their Jaccard index is 0.5 or below.",
        _orders(outcomes, whole),
    ]
    return [*sections, *(_constancy(outcomes, rule) for rule in RULES)]


def _orders(outcomes: pd.DataFrame, whole: pd.DataFrame) -> str:
    rows = []
    for rule, name in RULES.items():
        for day, month in outcomes[outcomes["rule"] == rule].groupby("label_date"):
            everybody = whole.loc[day]
            order = []
            for row in month.itertuples():
                share = f"{row.buyer_share:.2%}"
                share = f"**{share}**" if row.is_beyond_chance else share
                order.append(f"{row.label} {share} of {row.customer_count:,}")
            rows.append(
                (
                    name,
                    f"{day:%Y-%m-%d}",
                    f"{everybody['customer_count']:,}",
                    f"{everybody['buyer_count']:,}",
                    f"{everybody['buyer_share']:.2%}",
                    ", ".join(order),
                )
            )
    header = ["rule", "month end", "customers", "bought again", "share"]
    return table([*header, "segments, by the share that bought again"], rows)


def _constancy(outcomes: pd.DataFrame, rule: str) -> str:
    """Say in how many months the order is the same, and what is beyond chance."""
    rows = outcomes[outcomes["rule"] == rule]
    orders = Counter(tuple(month["label"]) for _, month in rows.groupby("label_date"))
    leaders = Counter(rows.groupby("label_date")["label"].first())
    months = rows["label_date"].nunique()
    ((_, most),), ((leader, led),) = orders.most_common(1), leaders.most_common(1)
    beyond = Counter(
        (row.label, "more" if row.higher else "less")
        for row in rows[rows["is_beyond_chance"]].itertuples()
    )
    found = [
        f"{label} {side} often than all customers in {count}"
        for (label, side), count in beyond.most_common()
    ]
    return (
        f"**{RULES[rule]}**, {months} months: {len(orders)} different orders, the most "
        f"frequent one in {most}. Most often first is {leader}, in {led}. Beyond "
        f"chance: {'; '.join(found) or 'no segment in any month'}."
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
