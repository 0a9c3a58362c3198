"""A few thresholds that rebuild segments, for tools that know no centroids."""

import math
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

# The tree has at most this many leaves per segment, each with at least this share of
# the customers, and each further leaf must lower the Gini impurity by this much.
LEAVES = 3
LEAST_SHARE = 0.01
LEAST_GAIN = 0.005
# A threshold is rounded as far as no more customers change sides than this share of
# those on its smaller side.
MOVED_SHARE = 0.02
DECIMALS = 9


def find_rules(
    points: np.ndarray, labels: np.ndarray, scaling: pd.DataFrame
) -> pd.DataFrame:
    """Find the thresholds that tell segments apart, by one decision tree for all.

    Every customer fulfils exactly one rule. All segments have the same weight in the
    tree: otherwise it ignores a small one, however few thresholds would find it. After
    that, thresholds are rounded to as few digits as possible.

    Parameters
    ----------
    points : array of shape (n_customers, n_features)
        Scaled features, without missing values.
    labels : array of int of shape (n_customers,)
        Number of each customer's segment.
    scaling : DataFrame
        One row per column of the points, in their order: feature, transform, mean and
        standard_deviation, by which it was scaled.

    Returns
    -------
    DataFrame
        One row per rule and feature that it looks at: segment_id, rule_number (in the
        segment, 1 has the most customers), feature, and at_least and below, the lowest
        value and the one that all are below, in the unit of the feature; missing if
        there is no such limit. A segment that so few thresholds do not tell apart has
        no rule.

    References
    ----------
    Breiman, Friedman, Olshen and Stone, "Classification and Regression Trees" (1984):
    the tree, and how it is pruned by its gain per leaf.
    """
    tree = DecisionTreeClassifier(
        class_weight="balanced",
        max_leaf_nodes=LEAVES * len(np.unique(labels)),
        min_samples_leaf=LEAST_SHARE,
        ccp_alpha=LEAST_GAIN,
        random_state=0,
    ).fit(points, labels)
    columns = [np.sort(column) for column in points.T]
    scales = list(scaling.itertuples())

    def rounded(column: int, threshold: float) -> float:
        return _rounded(threshold, columns[column], scales[column])

    leaves = _leaves(tree, 0, {}, rounded)
    rows, rules_of = [], Counter()
    for label, _, bounds in sorted(leaves, key=lambda leaf: (leaf[0], -leaf[1])):
        rules_of[label] += 1
        for column, limits in sorted(bounds.items()):
            feature = scaling["feature"].iloc[column]
            rows.append((label, rules_of[label], feature, *limits))
    types = {"segment_id": int, "rule_number": int, "feature": str}
    types |= {"at_least": float, "below": float}
    table = pd.DataFrame(rows, columns=list(types)).astype(types)
    return table.replace([-np.inf, np.inf], np.nan)


def _leaves(
    tree: DecisionTreeClassifier,
    node: int,
    bounds: dict[int, tuple[float, float]],
    rounded: Callable[[int, float], float],
) -> Iterator[tuple[int, int, dict[int, tuple[float, float]]]]:
    """Yield the label, size and bounds of each leaf below a node.

    A part of the tree in which all leaves have the same label is a single leaf. Where
    rounding leaves nothing between two thresholds, there is none.
    """
    nodes = tree.tree_
    label = _only_label(tree, node)
    if label is not None:
        yield label, int(nodes.n_node_samples[node]), bounds
        return
    column = int(nodes.feature[node])
    threshold = rounded(column, nodes.threshold[node])
    at_least, below = bounds.get(column, (-math.inf, math.inf))
    if at_least < threshold:
        left = bounds | {column: (at_least, min(below, threshold))}
        yield from _leaves(tree, nodes.children_left[node], left, rounded)
    if threshold < below:
        right = bounds | {column: (max(at_least, threshold), below)}
        yield from _leaves(tree, nodes.children_right[node], right, rounded)


def _only_label(tree: DecisionTreeClassifier, node: int) -> int | None:
    """Return the label of all leaves below a node, or None if there are several."""
    nodes = tree.tree_
    if nodes.children_left[node] < 0:
        return int(tree.classes_[nodes.value[node, 0].argmax()])
    left, right = (
        _only_label(tree, side[node])
        for side in (nodes.children_left, nodes.children_right)
    )
    return left if left == right else None


def _rounded(threshold: float, column: np.ndarray, scale) -> float:
    """Write a threshold in the unit of its feature, with as few digits as possible.

    Parameters
    ----------
    threshold : float
        Scaled: values up to it are below.
    column : array of shape (n_customers,)
        Scaled values in ascending order.
    scale : named tuple
        Row of `scaling`.

    Returns
    -------
    float
        Values below it are below.
    """
    exact = threshold * scale.standard_deviation + scale.mean
    exact = math.expm1(exact) if scale.transform == "log1p" else exact
    below = np.searchsorted(column, threshold, side="right")
    allowed = MOVED_SHARE * min(below, len(column) - below)

    def moved(value: float) -> int:
        if scale.transform == "log1p":
            value = math.log1p(max(value, 0))
        # Scaled values are rounded, so one that equals the threshold may lie below it.
        scaled = (value - scale.mean) / scale.standard_deviation - 1e-9
        return abs(np.searchsorted(column, scaled) - below)

    digits = math.ceil(math.log10(abs(exact))) if exact else 0
    for decimals in range(-digits, DECIMALS):
        step = 10.0**-decimals
        near = [
            round(side(exact / step) * step, decimals)
            for side in (math.floor, math.ceil)
        ]
        best = min(near, key=moved)
        if moved(best) <= allowed:
            return best + 0.0  # no -0.0
    return round(exact, DECIMALS)
