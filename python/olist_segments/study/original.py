"""The clustering of the original project, fitted again."""

import itertools

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from olist_segments.project import UserError
from olist_segments.study.studied import Studied

FEATURES = [
    "freight_value",
    "order_purchase_day",
    "price",
    "payment_value",
    "customer_zip_code_prefix",
]


def compare_with_original(
    studied: Studied, *, with_silhouette: bool = True
) -> dict[str, pd.DataFrame]:
    """Fit the original project, and compare its figures with those of this one.

    Parameters
    ----------
    studied : Studied
    with_silhouette : bool
        Compute its Euclidean silhouette, which compares all pairs of rows and takes
        two minutes on the real files.

    Returns
    -------
    dict of str to DataFrame
        Tables original_clusters and original_comparison.
    """
    with studied.connect() as connection:
        rows = connection.sql(studied.sql["original_rows"]).df()
        orders, payments, people, excluded = connection.sql(
            "select (select count(*) from orders), "
            "(select sum(payment_total) from orders)::double, "
            "(select count(*) from customers), "
            "(select count(*) from excluded_customers)"
        ).fetchall()[0]
    points, labels, inertia = fit_original(rows)
    clusters = describe_clusters(rows, points, labels)
    pair, feature, share = twins(clusters)
    per_person = rows.assign(cluster=labels).groupby("customer_unique_id")
    clustered, labelled = per_person.ngroups, len(studied.labels)
    torn = (per_person["cluster"].nunique() > 1).sum()
    repeated = rows["payment_value"].sum()
    measures = [
        ("rows clustered", len(rows), labelled),
        ("customers among them", clustered, labelled),
        ("customers in more than one cluster", torn, 0),
        (
            "customers without label or reason",
            people - clustered,
            people - labelled - excluded,
        ),
        ("orders lost on the way", orders - rows["order_id"].nunique(), 0),
        ("payments added up, in reais", repeated, payments),
        ("payments added up over payments made", repeated / payments, 1),
        ("clusters", 5, studied.k),
        ("inertia", inertia, None),
        (
            f"rows in clusters {pair[0]} and {pair[1]}",
            np.isin(labels, pair).sum(),
            None,
        ),
        (f"share of {feature} in their distance", share, None),
    ]
    if with_silhouette:
        score = silhouette_score(points, labels)
        measures.append(("Euclidean silhouette of all rows", score, None))
    comparison = pd.DataFrame(measures, columns=["measure", "original", "here"])
    return {
        "original_clusters": clusters,
        "original_comparison": comparison.astype({"here": "float64"}),
    }


def fit_original(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, float]:
    """Cluster rows of items and payments as the original project does.

    Five features are standardised. KMeans with k = 5, seed 42 and ten starts stops at
    scikit-learn's default tolerance, so the seventh digit of the inertia depends on
    the order of rows.

    Parameters
    ----------
    rows : DataFrame of shape (n_rows, >= 5)
        The columns of `FEATURES`, as in the analysis original_rows: in reais, days of
        a month, and zip code prefixes read as numbers.

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
