"""Month by month: who moves, and whether refits agree."""

import datetime
from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from olist_segments.study.studied import Studied

# The labels of three models: the current one, that of the first month, of the day.
KINDS = ["fixed", "first", "refit"]
ONLY_TIME, BOUGHT, NEWS = "only time passed", "bought again", "other news"
# Columns of customer_features that grow by themselves from day to day.
CLOCKS = ["recency_days", "tenure_days"]


def follow_months(
    studied: Studied,
    ends: list[datetime.date],
    advance: Callable[[], None] = lambda: None,
) -> dict[str, pd.DataFrame]:
    """Label customers as of every month end, with fixed models and with refits.

    Parameters
    ----------
    studied : Studied
    ends : list of date
        Two or more days, in ascending order.
    advance : callable
        Called after every day.

    Returns
    -------
    dict of str to DataFrame
        Tables movement, flows and refits.
    """
    moves, flows, refits, before, first = [], [], [], {}, None
    for end in ends:
        features, refit = studied.as_of(end)
        first = first or (features, refit)
        labels = {
            "kmeans": {
                name: model.label(studied.scale(features, model))
                for name, model in zip(
                    KINDS, (studied.model, first[1], refit), strict=True
                )
            },
            "rfm": {
                name: studied.label_by_rule(features, drawn)
                for name, drawn in zip(
                    KINDS, (studied.features, first[0], features), strict=True
                )
            },
        }
        for segmentation, of_models in labels.items():
            key = {"segmentation": segmentation, "as_of_date": end}
            now = features.assign(**of_models)
            row = _agreement(now, before.get(segmentation))
            refits.append({**key, **row})
            if segmentation in before:
                moved, went = _movement(before[segmentation], now)
                for side in ("from_segment", "to_segment"):
                    went[side] = went[side].map(studied.keys[segmentation])
                moves.append(moved.assign(**key))
                flows.append(went.assign(**key))
            before[segmentation] = now
        advance()
    return {
        "movement": _keys_first(pd.concat(moves, ignore_index=True)),
        "flows": _keys_first(pd.concat(flows, ignore_index=True)),
        "refits": pd.DataFrame(refits),
    }


def reasons_to_move(before: pd.DataFrame, after: pd.DataFrame) -> pd.Series:
    """Return what happened to customers between two days.

    Parameters
    ----------
    before, after : DataFrame
        Numbers of customer_features of the same customers in the same order.

    Returns
    -------
    Series of str
        "bought again" if the number of orders changed; "other news" if another number
        changed, such as a review that came in; otherwise "only time passed".
    """
    before = before.drop(columns=CLOCKS, errors="ignore")
    after = after[before.columns]
    changed = ((before != after) & ~(before.isna() & after.isna())).any(axis=1)
    reasons = np.select(
        [before["order_count"] != after["order_count"], changed],
        [BOUGHT, NEWS],
        ONLY_TIME,
    )
    return pd.Series(reasons, index=before.index)


def _agreement(now: pd.DataFrame, before: pd.DataFrame | None) -> dict:
    row = {
        "customer_count": len(now),
        "refit_vs_fixed": float(adjusted_rand_score(now["fixed"], now["refit"])),
        "refit_vs_first": float(adjusted_rand_score(now["first"], now["refit"])),
        "common_count": None,
        "refit_vs_last_refit": None,
        "fixed_vs_last_fixed": None,
    }
    if before is not None:
        common = now.index.intersection(before.index)
        row["common_count"] = len(common)
        for kind in ("refit", "fixed"):
            row[f"{kind}_vs_last_{kind}"] = float(
                adjusted_rand_score(before.loc[common, kind], now.loc[common, kind])
            )
    return row


def _movement(
    before: pd.DataFrame, now: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    common = now.index.intersection(before.index)
    before, now = before.loc[common], now.loc[common]
    both = pd.DataFrame(
        {
            "from_segment": before["fixed"],
            "to_segment": now["fixed"],
            "reason": reasons_to_move(
                before.drop(columns=KINDS), now.drop(columns=KINDS)
            ),
        }
    )
    changed = both["from_segment"] != both["to_segment"]
    moves = pd.DataFrame({"reason": [ONLY_TIME, BOUGHT, NEWS]})
    moves["common_count"] = len(both)
    for name, rows in (("customer_count", both), ("changed_count", both[changed])):
        counts = rows["reason"].value_counts()
        moves[name] = moves["reason"].map(counts).fillna(0).astype(int)
    moves["changed_share"] = moves["changed_count"] / len(both)
    flows = both.groupby(["from_segment", "to_segment"]).size()
    return moves, flows.rename("customer_count").reset_index()


def _keys_first(table: pd.DataFrame) -> pd.DataFrame:
    keys = ["segmentation", "as_of_date"]
    return table[keys + [name for name in table.columns if name not in keys]]
