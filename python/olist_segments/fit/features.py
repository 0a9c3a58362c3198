"""The written rule for the features to cluster on."""

import math
from collections.abc import Collection

import pandas as pd


def choose_features(
    measures: pd.DataFrame,
    correlations: pd.DataFrame,
    *,
    worded: Collection[str],
    max_missing_share: float,
    max_correlation: float,
    first: str = "total_spend",
    fixed_features: Collection[str] | None = None,
) -> pd.DataFrame:
    """Choose the features to cluster on by the written rule.

    The rule goes through the numbers in the order given, but for the first, and takes
    each one that has no fault of its own and does not repeat a number taken before.
    None of this changes when a number is measured in another unit.

    Parameters
    ----------
    measures : DataFrame
        One row per number, in the order in which the rule looks at them, with columns
        feature, missing_share (from 0 to 1), distinct_values, clipped_values (missing
        for a number without a clip_quantile) and trimmed_variance (in squared units,
        or missing).
    correlations : DataFrame
        Columns feature, other_feature and correlation (from -1 to 1, or missing), every
        pair in both directions.
    worded : collection of str
        Numbers for which the configuration has the words of a name.
    max_missing_share : float
        Highest share of customers without a value, from 0 to 1.
    max_correlation : float
        From this correlation on, whatever its sign, a number repeats another one.
    first : str
        The number that the rule looks at first, so that it is taken rather than one
        that says nearly the same: the amount spent, by which segments are numbered.
    fixed_features : collection of str, optional
        Select these, whatever the rule says, unless they do not vary once clipped.

    Returns
    -------
    DataFrame
        Columns feature, reason, is_taken_by_rule and is_selected, one row per number in
        the order given.
    """
    strong = correlations[correlations["correlation"].abs() >= max_correlation]
    pairs = set(zip(strong["feature"], strong["other_feature"], strict=True))
    taken, chosen = [], {}
    measured = sorted(measures.itertuples(), key=lambda one: one.feature != first)
    for measure in measured:
        name = measure.feature
        fault = _own_fault(measure, worded, max_missing_share)
        if not fault:
            twins = [other for other in taken if (name, other) in pairs]
            fault = f"it says nearly the same as {twins[0]}" if twins else ""
        if not fault:
            taken.append(name)
        if fixed_features is None:
            is_selected = not fault
            reason = f"left out by the rule: {fault}" if fault else "taken by the rule"
        else:
            is_selected = name in fixed_features and measure.clipped_values > 1
            reason = _why_fixed(fault, name in fixed_features, is_selected)
        chosen[name] = (name, reason, not fault, is_selected)
    columns = ["feature", "reason", "is_taken_by_rule", "is_selected"]
    in_order = [chosen[name] for name in measures["feature"]]
    return pd.DataFrame(in_order, columns=columns)


def _own_fault(measure, worded: Collection[str], max_missing_share: float) -> str:
    """Say what is wrong with a number by itself; empty if nothing is."""
    if measure.missing_share == 1:
        return "nobody has a value"
    if measure.distinct_values <= 1:
        return "everybody has the same value"
    if pd.notna(measure.clipped_values) and measure.clipped_values <= 1:
        return "everybody has the same value after clipping"
    if measure.missing_share > max_missing_share:
        # Half a tenth goes up, as in SQL.
        percent = math.floor(1000 * measure.missing_share + 0.5) / 10
        return f"{percent:.1f}% of customers have no value"
    if pd.isna(measure.trimmed_variance) or measure.trimmed_variance == 0:
        return "it does not vary among the middle 98%"
    if measure.feature not in worded:
        return "neither features nor further_features has words for it"
    return ""


def _why_fixed(fault: str, is_listed: bool, is_selected: bool) -> str:
    """Say that a number is in the list or not, and what the rule would do."""
    reason = "in the list of features" if is_listed else "not in the list of features"
    if is_listed and not is_selected:
        reason += ", but left out"
    elif is_listed and fault:
        reason += ", but the rule would leave it out"
    elif not is_listed and not fault:
        reason += ", but the rule would take it"
    return f"{reason}: {fault}" if fault else reason
