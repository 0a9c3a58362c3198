"""Would other customers have given the same segments? Fits on bootstrap samples."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score
from sklearn.metrics.cluster import contingency_matrix

from olist_segments.fit.clustering import fit_centroids, nearest
from olist_segments.study.studied import Studied


def resample(
    studied: Studied,
    draws: int,
    advance: Callable[[], None] = lambda: None,
    *,
    ks: list[int] | None = None,
) -> dict[str, pd.DataFrame]:
    """Fit bootstrap samples, and compare with the fits on all customers.

    Parameters
    ----------
    studied : Studied
    draws : int
        Number of samples.
    advance : callable
        Called after every sample.
    ks : list of int, optional
        Numbers of segments; all candidates by default.

    Returns
    -------
    dict of str to DataFrame
        Tables resampling and segment_resampling.
    """
    agreement, jaccards = [], []
    for segmentation, k, draw, labels, others, drawn in _draws(
        studied, draws, advance, ks or studied.ks
    ):
        score = float(adjusted_rand_score(labels, others))
        agreement.append((segmentation, k, draw, score))
        if segmentation == "rfm" or k == studied.k:
            keys = studied.keys[segmentation]
            found = jaccard_stability(labels, others, drawn)
            jaccards += [
                (segmentation, keys[number], draw, value)
                for number, value in found.items()
            ]
    return {
        "resampling": pd.DataFrame(
            agreement, columns=["segmentation", "k", "draw", "adjusted_rand_index"]
        ),
        "segment_resampling": pd.DataFrame(
            jaccards, columns=["segmentation", "segment_key", "draw", "jaccard"]
        ),
    }


def bootstrap_labels(
    points: np.ndarray,
    ks: list[int],
    *,
    draw: int,
    seed: int,
    n_init: int,
    sample_size: int,
) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """Fit KMeans on one bootstrap sample, and label all points with it.

    Parameters
    ----------
    points : array of shape (n_points, n_features)
        Scaled features.
    ks : list of int
        Numbers of clusters.
    draw : int
        Number of the sample; its seed is `seed` + `draw`.
    seed, n_init, sample_size : int
        As in `fit_centroids`.

    Returns
    -------
    drawn : array of int of shape (n_points,)
        Positions drawn with replacement.
    labels : dict of int to array of int of shape (n_points,)
        The nearest centroid of every point, by k.
    """
    rng = np.random.default_rng(seed + draw)
    drawn = np.sort(rng.integers(len(points), size=len(points)))
    fitted = fit_centroids(
        points[drawn], ks, seed=seed + draw, n_init=n_init, sample_size=sample_size
    )
    return drawn, {k: nearest(points, centers) for k, centers in fitted.items()}


def jaccard_stability(
    labels: np.ndarray, others: np.ndarray, drawn: np.ndarray
) -> dict[int, float]:
    """Measure how well a fit on a sample finds each cluster again.

    Parameters
    ----------
    labels : array of int of shape (n_points,)
        Clusters of the fit on all points.
    others : array of int of shape (n_points,)
        Clusters of the fit on the sample.
    drawn : array of int
        Positions in the sample; each counts once.

    Returns
    -------
    dict of int to float
        By cluster of `labels` the highest Jaccard index (points in both over points
        in either) with any cluster of `others`: 1 if it is found again exactly; at
        0.5 and below it has dissolved. Clusters without a drawn point are left out.

    References
    ----------
    Hennig, "Cluster-wise assessment of cluster stability", Computational Statistics
    and Data Analysis 52 (2007).
    """
    drawn = np.unique(drawn)
    both = contingency_matrix(labels[drawn], others[drawn])
    either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
    best = (both / either).max(axis=1)
    return dict(zip(np.unique(labels[drawn]).tolist(), best.tolist(), strict=True))


def _draws(
    studied: Studied, draws: int, advance: Callable[[], None], ks: list[int]
) -> Iterator[tuple]:
    points = studied.scaled.to_numpy()
    fitted = fit_centroids(points, ks, **studied.settings)
    labels = {k: nearest(points, centers) for k, centers in fitted.items()}
    labels[studied.k] = studied.labels
    by_rule = studied.label_by_rule(studied.features, studied.features)
    for draw in range(1, draws + 1):
        drawn, others = bootstrap_labels(points, ks, draw=draw, **studied.settings)
        for k in others:
            yield "kmeans", k, draw, labels[k], others[k], drawn
        other = studied.label_by_rule(studied.features, studied.features.iloc[drawn])
        yield "rfm", len(studied.keys["rfm"]), draw, by_rule, other, drawn
        advance()
