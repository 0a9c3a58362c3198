"""The clustering of the original project, fitted again to see what it found."""

import itertools

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from olist_segments.project import UserError

FEATURES = [
    "freight_value",
    "order_purchase_day",
    "price",
    "payment_value",
    "customer_zip_code_prefix",
]


def fit_original(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, float]:
    """Cluster rows of items and payments as the original project does.

    Five features are standardised; KMeans with k = 5, seed 42 and ten starts stops at
    the tolerance that scikit-learn has by default. That leaves the inertia open in its
    seventh digit: it depends on the order of rows.

    Parameters
    ----------
    rows : DataFrame of shape (n_rows, >= 5)
        The columns of `FEATURES`, as the analysis original_rows gives them: in reais,
        days of a month, and zip code prefixes read as numbers.

    Returns
    -------
    points : array of shape (n_rows, 5)
        The standardised features.
    labels : array of int of shape (n_rows,)
        Clusters from 1, the largest, to 5.
    inertia : float
        Sum of squared distances to the nearest centroid.

    Raises
    ------
    UserError
        If there are fewer than five different rows.

    References
    ----------
    github.com/Lekewhite01/customer_segmentation, train.py.
    """
    points = StandardScaler().fit_transform(rows[FEATURES].to_numpy())
    if len(np.unique(points, axis=0)) < 5:
        raise UserError("the original needs five different rows of items and payments")
    with threadpool_limits(limits=1):
        fit = KMeans(5, random_state=42, n_init=10).fit(points)
    sizes = np.bincount(fit.labels_, minlength=5)
    number = np.empty(5, dtype=int)
    number[np.argsort(-sizes, kind="stable")] = np.arange(1, 6)
    return points, number[fit.labels_], float(fit.inertia_)


def describe_clusters(
    rows: pd.DataFrame, points: np.ndarray, labels: np.ndarray
) -> pd.DataFrame:
    """Summarise the clusters of `fit_original`.

    Parameters
    ----------
    rows : DataFrame of shape (n_rows, >= 5)
    points : array of shape (n_rows, 5)
    labels : array of int of shape (n_rows,)

    Returns
    -------
    DataFrame
        One row per cluster and feature: cluster, row_count, feature, mean in its own
        unit, and scaled_mean in standard deviations from the mean of all rows.
    """
    described = []
    for cluster in np.unique(labels):
        members = labels == cluster
        described.append(
            pd.DataFrame(
                {
                    "cluster": cluster,
                    "row_count": members.sum(),
                    "feature": FEATURES,
                    "mean": rows.loc[members, FEATURES].mean().to_numpy(),
                    "scaled_mean": points[members].mean(axis=0),
                }
            )
        )
    return pd.concat(described, ignore_index=True)


def twins(clusters: pd.DataFrame) -> tuple[tuple[int, int], str, float]:
    """Find the two clusters that differ in one feature more than in all others.

    Parameters
    ----------
    clusters : DataFrame
        What `describe_clusters` returns.

    Returns
    -------
    pair : tuple of two int
        The clusters.
    feature : str
        The feature in which they differ.
    share : float
        Its share of the squared distance between their centres, from 0 to 1: 1 if
        they differ in nothing else.
    """
    centers = clusters.pivot(index="cluster", columns="feature", values="scaled_mean")
    pairs = []
    for one, other in itertools.combinations(centers.index, 2):
        squared = np.square(centers.loc[one] - centers.loc[other])
        share = float(squared.max() / squared.sum())
        pairs.append(((int(one), int(other)), squared.idxmax(), share))
    return max(pairs, key=lambda pair: pair[2])
