"""Month by month: who moves, whether refits agree, and who bought again."""

import datetime
from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score
from sklearn.metrics.cluster import contingency_matrix

from olist_segments.study.studied import Studied, TooFewCustomersError

# The labels of three models: the current one, that of the first month, of the day.
KINDS = ["fixed", "first", "refit"]
ONLY_TIME, BOUGHT, NEWS = "only time passed", "bought again", "other news"
# Columns of customer_features that grow by themselves from day to day.
CLOCKS = ["recency_days", "tenure_days"]
# Days in which customers can buy again, as in segment_outcomes.
HORIZON_DAYS = 180
OUTCOMES = [
    *("rule", "label_date", "segment_id", "segment_key", "jaccard"),
    *("customer_count", "buyer_count", "buyer_share", "buyer_share_low"),
    *("buyer_share_high", "is_beyond_chance", "revenue_per_customer"),
]


def follow_months(
    studied: Studied,
    ends: list[datetime.date],
    outcome_ends: list[datetime.date],
    advance: Callable[[], None] = lambda: None,
) -> dict[str, pd.DataFrame]:
    """Label customers as of every month end, with fixed models and with refits.

    Parameters
    ----------
    studied : Studied
    ends : list of date
        Two or more days, in ascending order.
    outcome_ends : list of date
        Days whose customers are followed for `HORIZON_DAYS`. Those with too few
        customers are left out.
    advance : callable
        Called after every day.

    Returns
    -------
    dict of str to DataFrame
        Tables movement, flows and refits, and outcomes if a day has enough customers.

    Raises
    ------
    UserError
        If there are too few customers.
    DbtError
        If dbt fails.
    """
    moves, flows, refits, known, before, first = [], [], [], [], {}, None
    for end in sorted({*ends, *outcome_ends}):
        try:
            features, refit = studied.as_of(end)
        except TooFewCustomersError:
            if end in ends:
                raise
            advance()
            continue
        today = studied.model.label(studied.scale(features, studied.model))
        of_day = refit.label(studied.scale(features, refit))
        by_rule = studied.label_by_rule(features, features)
        if end in outcome_ends:
            known.append(
                _labels(studied, features.index, today, of_day, by_rule).assign(
                    label_date=end
                )
            )
        if end in ends:
            first = first or (features, refit)
            of_first = first[1].label(studied.scale(features, first[1]))
            rule_today, rule_first = (
                studied.label_by_rule(features, drawn)
                for drawn in (studied.features, first[0])
            )
            for segmentation, labels in (
                ("kmeans", (today, of_first, of_day)),
                ("rfm", (rule_today, rule_first, by_rule)),
            ):
                key = {"segmentation": segmentation, "as_of_date": end}
                now = features.assign(**dict(zip(KINDS, labels, strict=True)))
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
    tables = {
        "movement": _keys_first(pd.concat(moves, ignore_index=True)),
        "flows": _keys_first(pd.concat(flows, ignore_index=True)),
        "refits": pd.DataFrame(refits),
    }
    if known:
        tables["outcomes"] = _outcomes(studied, pd.concat(known, ignore_index=True))
    return tables


def outcome_month_ends(ends: list[datetime.date]) -> list[datetime.date]:
    """Return as many month ends, the last whose customers can be followed.

    Parameters
    ----------
    ends : list of date
        Month ends in ascending order; orders are known up to the last.

    Returns
    -------
    list of date
        The `HORIZON_DAYS` after each are over by the last of `ends`.
    """
    day = ends[-1] - datetime.timedelta(HORIZON_DAYS - 1)
    found = []
    for _ in ends:
        day = day.replace(day=1) - datetime.timedelta(1)
        found.append(day)
    return found[::-1]


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


def _labels(
    studied: Studied,
    customers: pd.Index,
    today: np.ndarray,
    of_day: np.ndarray,
    by_rule: np.ndarray,
) -> pd.DataFrame:
    """Put labels of one day together as in int_outcome_labels, with their similarity.

    A segment of the day's model has the key of the most similar one of today's model,
    and its Jaccard index with that.
    """
    both = contingency_matrix(of_day, today)
    either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
    jaccard, numbers = both / either, np.unique(of_day)
    similar = np.unique(today)[jaccard.argmax(axis=1)]
    keys = studied.keys
    of_day_keys = dict(zip(numbers, map(keys["kmeans"].get, similar), strict=True))
    parts = []
    for rule, labels, names, model in (
        ("kmeans", today, keys["kmeans"], studied.model_id),
        ("refit", of_day, of_day_keys, None),
        ("rfm", by_rule, keys["rfm"], None),
    ):
        part = pd.DataFrame({"customer_unique_id": customers, "segment_id": labels})
        part["segment_key"] = part["segment_id"].map(names)
        parts.append(part.assign(rule=rule, model_id=model))
    parts[1]["jaccard"] = parts[1]["segment_id"].map(
        dict(zip(numbers, jaccard.max(axis=1), strict=True))
    )
    return pd.concat(parts, ignore_index=True)


def _outcomes(studied: Studied, labels: pd.DataFrame) -> pd.DataFrame:
    keys = ["rule", "label_date", "segment_id"]
    found = studied.outcomes(labels.drop(columns="jaccard"), HORIZON_DAYS)
    similar = labels[[*keys, "jaccard"]].drop_duplicates()
    similar["label_date"] = pd.to_datetime(similar["label_date"])
    found["label_date"] = pd.to_datetime(found["label_date"])
    found = found.merge(similar, on=keys, how="left")
    return found[OUTCOMES].sort_values(keys, ignore_index=True)


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
