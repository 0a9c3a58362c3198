"""KMeans for every candidate k, how it fares on halves and on noise, and two axes."""

from collections.abc import Iterable

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

# Decimals kept of what is fitted: far below any difference that matters, far above
# the last bits, which depend on the order in which floats are added.
DECIMALS = 12


def fit_centroids(
    points: np.ndarray,
    k_range: Iterable[int],
    *,
    seed: int,
    n_init: int,
    sample_size: int,
) -> dict[int, np.ndarray]:
    """Fit KMeans for every candidate k.

    The starts are fitted on a random sample; the best of them is then iterated on
    all points until no point changes its cluster, so that every centroid is the
    mean of its members. The fit uses one thread: the result does not depend on the
    machine.

    Parameters
    ----------
    points : array of shape (n_points, n_features)
        Scaled features, in a fixed order of rows, without missing values.
    k_range : iterable of int
        Numbers of clusters to fit. A k that is not below the number of distinct
        points is left out: its clusters would not differ.
    seed : int
        Seed of the sample and of the k-means++ starts.
    n_init : int
        Number of k-means++ starts; the one with the lowest inertia is kept.
    sample_size : int
        Number of points the starts are fitted on, at most.

    Returns
    -------
    dict of int to array of shape (k, n_features)
        Centroids by k, ordered by their coordinates, so that another seed that
        finds the same clusters numbers them the same way.

    Raises
    ------
    ValueError
        If no k of `k_range` can be fitted.
    """
    distinct = len(np.unique(points, axis=0))
    fitted = {
        k: _fit(points, k, seed=seed, n_init=n_init, sample_size=sample_size)
        for k in k_range
        if k < distinct
    }
    if not fitted:
        raise ValueError(
            f"{len(points)} customers with {distinct} different sets of feature "
            "values cannot be clustered: every k to try needs more different ones. "
            "Use more data, or lower the variable k_min."
        )
    return fitted


def refit_agreement(
    points: np.ndarray,
    centroids: dict[int, np.ndarray],
    *,
    refits: int,
    seed: int,
    n_init: int,
    sample_size: int,
) -> list[tuple[int, int, float]]:
    """Compare each fit with refits on random halves of the points.

    Parameters
    ----------
    points : array of shape (n_points, n_features)
        The points that `centroids` were fitted on.
    centroids : dict of int to array of shape (k, n_features)
        The full fit for every k.
    refits : int
        Number of halves drawn for every k.
    seed : int
        Seed of the first half; each further one adds one to it.
    n_init, sample_size : int
        As in `fit_centroids`.

    Returns
    -------
    list of (k, refit, adjusted Rand index)
        The index compares the labels that both fits give to all points: 1 for the
        same clusters, about 0 for chance, below 0 for less than chance.

    References
    ----------
    Hubert and Arabie, "Comparing partitions", Journal of Classification 2 (1985).
    """
    labels = {k: nearest(points, centers) for k, centers in centroids.items()}
    agreement = []
    for refit in range(1, refits + 1):
        rng = np.random.default_rng(seed + refit)
        half = points[np.sort(rng.permutation(len(points))[: len(points) // 2])]
        distinct = len(np.unique(half, axis=0))
        for k in centroids:
            if k > distinct:
                continue
            centers = _fit(
                half, k, seed=seed + refit, n_init=n_init, sample_size=sample_size
            )
            score = adjusted_rand_score(labels[k], nearest(points, centers))
            agreement.append((k, refit, float(score)))
    return agreement


def noise_silhouettes(
    points: np.ndarray,
    k_range: Iterable[int],
    *,
    seed: int,
    n_init: int,
    sample_size: int,
) -> dict[int, float]:
    """Cluster noise that has the covariance of the points and nothing else.

    KMeans cuts even noise into stable pieces with a fair silhouette when there are
    few features: two uniform ones reach 0.59 with k = 4, six 0.20. So a silhouette
    says something only beside that of noise.

    Parameters
    ----------
    points : array of shape (n_points, n_features)
        Scaled features.
    k_range : iterable of int
        Numbers of clusters to fit.
    seed : int
        Seed of the noise and of the fits.
    n_init : int
        As in `fit_centroids`.
    sample_size : int
        Number of noise points to draw.

    Returns
    -------
    dict of int to float
        Mean exact silhouette by k, squared Euclidean distance, from -1 to 1, of
        points drawn uniformly along the principal axes.

    References
    ----------
    Tibshirani, Walther and Hastie, "Estimating the number of clusters in a data set
    via the gap statistic", Journal of the Royal Statistical Society B 63 (2001),
    whose reference is uniform along the principal axes too.
    """
    covariance = np.round(np.cov(points.T, bias=True), DECIMALS)
    spread = np.sqrt(np.clip(np.linalg.eigvalsh(np.atleast_2d(covariance)), 0, None))
    # A uniform distribution from -b to b has the standard deviation b / sqrt(3).
    draw = np.random.default_rng(seed).uniform(-1, 1, (sample_size, len(spread)))
    noise = np.sqrt(3) * spread * draw
    return {
        k: round(
            exact_silhouette(
                noise, _fit(noise, k, seed=seed, n_init=n_init, sample_size=sample_size)
            ),
            DECIMALS,
        )
        for k in k_range
    }


def exact_silhouette(points: np.ndarray, centroids: np.ndarray) -> float:
    """Return the mean silhouette of points labelled by their nearest centroid.

    Parameters
    ----------
    points : array of shape (n_points, n_features)
    centroids : array of shape (k, n_features)
        Means of their members, at least two.

    Returns
    -------
    float
        From -1 to 1, higher is better; squared Euclidean distance. The mean squared
        distance from a point to a cluster is its squared distance to the mean plus
        the variance of the cluster, so no pair of points is compared.
    """
    squared = np.stack([np.square(points - c).sum(axis=1) for c in centroids], axis=1)
    labels = nearest(points, centroids)
    rows = np.arange(len(points))
    sizes = np.bincount(labels, minlength=len(centroids))
    inertia = np.bincount(labels, squared[rows, labels], minlength=len(centroids))
    mean_squared = squared + inertia / np.maximum(sizes, 1)
    own = mean_squared[rows, labels] * sizes[labels] / np.maximum(sizes[labels] - 1, 1)
    mean_squared[rows, labels] = np.inf
    other = mean_squared.min(axis=1)
    widest = np.maximum(own, other)
    compared = (sizes[labels] > 1) & (widest > 0)
    return float(
        np.where(compared, (other - own) / np.where(compared, widest, 1), 0).mean()
    )


def nearest(points: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Return the index of the centroid nearest to each point.

    Parameters
    ----------
    points : array of shape (n_points, n_features)
    centroids : array of shape (k, n_features)

    Returns
    -------
    array of int of shape (n_points,)
        Of centroids equally near, the first.
    """
    # |x - c|^2 without |x|^2, which is the same for every centroid.
    distances = np.square(centroids).sum(axis=1) - 2 * points @ centroids.T
    return distances.argmin(axis=1)


def sorted_centroids(centroids: np.ndarray) -> np.ndarray:
    """Round centroids and order them by their coordinates.

    Parameters
    ----------
    centroids : array of shape (k, n_features)

    Returns
    -------
    array of shape (k, n_features)
        Another fit that finds the same clusters numbers them the same way.
    """
    rounded = np.round(centroids, DECIMALS)
    return rounded[np.lexsort(rounded.T[::-1])]


def principal_axes(points: np.ndarray, n_axes: int = 2) -> np.ndarray:
    """Find the directions in which the points spread most.

    Parameters
    ----------
    points : array of shape (n_points, n_features)
        Scaled features: each column has mean 0.
    n_axes : int
        Number of axes.

    Returns
    -------
    array of shape (n_axes, n_features)
        Unit vectors, widest spread first, each with its largest loading positive.
        Rows of zeros where there are fewer features than axes.
    """
    covariance = np.round(points.T @ points / len(points), DECIMALS)
    _, vectors = np.linalg.eigh(covariance)
    axes = np.zeros((n_axes, points.shape[1]))
    for axis, vector in zip(axes, vectors.T[::-1], strict=False):
        axis[:] = vector * np.sign(vector[np.abs(vector).argmax()])
    return np.round(axes, DECIMALS)


def _fit(
    points: np.ndarray, k: int, *, seed: int, n_init: int, sample_size: int
) -> np.ndarray:
    """Centroids of one fit, ordered by their coordinates."""
    sample = points
    if len(points) > sample_size:
        chosen = np.random.default_rng(seed).choice(
            len(points), sample_size, replace=False
        )
        sample = points[np.sort(chosen)]
    with threadpool_limits(limits=1):
        start = KMeans(k, n_init=n_init, random_state=seed).fit(sample)
        final = KMeans(
            k, init=start.cluster_centers_, n_init=1, tol=0, max_iter=1000
        ).fit(points)
    return sorted_centroids(final.cluster_centers_)
