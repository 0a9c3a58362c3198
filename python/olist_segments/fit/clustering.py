"""KMeans for every candidate k, refits on samples and on noise, and two axes."""

import itertools
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from operator import itemgetter
from threading import Lock
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from sklearn.cluster import KMeans, kmeans_plusplus
from threadpoolctl import threadpool_limits

# Results are rounded to this many decimals: far below any difference that matters, far
# above the last bits, which depend on the order in which floats are added.
DECIMALS = 12
# The search for a fit: the mergers of a neighbour that it tries, the splits where a
# quick search will do, the swaps, the steps after which it judges a start, the limit of
# steps, scikit-learn's tolerance, with which it may stop before, how much higher than
# the lowest the inertia of rivals may be, and the least relative gain in inertia that
# counts as one.
MERGERS = 3
SPLITS = 3
SWAPS = 2
FIRST_STEPS = 3
MOST_STEPS = 1000
TOLERANCE = 1e-4
RIVALS = 0.03
LEAST_GAIN = 1e-5
# Starts whose inertia differs by a smaller share than this are about as good.
SAME = 5e-4
# Random samples on which starts for the refits on bootstrap samples are searched.
STARTS = 10
# Points that a step looks at together: their distances fit into a processor's cache.
_BLOCK = 10_000
# Bytes for scikit-learn's copies of the points: every running fit on all has one.
_COPIES = 1 << 30
# The callers for whom BLAS is limited to one thread, and its limit before.
_blas = SimpleNamespace(lock=Lock(), users=0, limits=None)


class _Clusters(NamedTuple):
    inertia: float
    centers: np.ndarray
    sizes: np.ndarray


class _Points(NamedTuple):
    """Points as columns: their features, |x|^2 and 1, and the same times weights."""

    blocks: list[tuple[np.ndarray, np.ndarray]]
    variance: float


def fit_centroids(
    points: np.ndarray,
    k_range: Iterable[int],
    *,
    seed: int,
    n_init: int,
    sample_size: int,
) -> dict[int, np.ndarray]:
    """Fit KMeans for every candidate k.

    The search runs on a random sample. Each k starts from k-means++, then from its
    neighbours, which are fitted for that if they are not asked for: from the fit of
    k - 1 with each cluster split in two in turn, and from that of k + 1 with two near
    clusters merged in turn; and from its own fit with one cluster split and two others
    merged. This is repeated until no k improves. Of all fits found for a k, the best on
    all points is then iterated on them until no point changes its cluster, so that
    every centroid is the mean of its members. Each fit uses one thread: the result does
    not depend on the machine. Fits of several k run at the same time, fewer at a time
    when there are many points, which scikit-learn copies.

    Parameters
    ----------
    points : array of shape (n_points, n_features)
        Scaled features, in a fixed order of rows, without missing values.
    k_range : iterable of int
        Numbers of clusters to fit. A k as large as the number of distinct points, or
        larger, is left out.
    seed : int
        Seed of the sample and of the k-means++ starts.
    n_init : int
        Number of k-means++ starts of each k.
    sample_size : int
        Largest number of points on which the search runs.

    Returns
    -------
    dict of int to array of shape (k, n_features)
        Centroids by k, ordered by their coordinates, so that another seed with the
        same clusters numbers them in the same way.

    Raises
    ------
    ValueError
        If no k of `k_range` can be fitted.
    """
    k_range = list(k_range)
    distinct = _distinct(points, max(k_range) + 1)
    ks = [k for k in k_range if k < distinct]
    if not ks:
        raise ValueError(
            f"{len(points)} customers with {distinct} different sets of feature "
            "values cannot be clustered: every k to try needs more different ones. "
            "Use more data, or lower the variable k_min."
        )
    sample = _sample(points, seed, sample_size)
    found = _search(
        sample,
        ks,
        seed=seed,
        n_init=n_init,
        each=_side_by_side,
        splits=None,
        rivals=RIVALS,
        swaps=SWAPS,
    )
    everybody = _blocks(points)

    def fit(k: int) -> np.ndarray:
        inertia = [_least_distances(everybody, one).sum() for one in found[k]]
        start = _best(found[k], inertia)
        kmeans = KMeans(k, init=start, n_init=1, tol=0, max_iter=MOST_STEPS)
        return kmeans.fit(points).cluster_centers_

    fits = _side_by_side(fit, ks, most=max(1, _COPIES // max(1, points.nbytes)))
    return {k: sorted_centroids(fit) for k, fit in zip(ks, fits, strict=True)}


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
        The points that `centroids` were fitted on, or a random sample of them.
    centroids : dict of int to array of shape (k, n_features)
        The full fit for every k.
    refits : int
        Number of halves drawn for every k.
    seed : int
        Seed of the first half; each further half has the next seed.
    n_init, sample_size : int
        As in `fit_centroids`.

    Returns
    -------
    list of (k, refit, adjusted Rand index)
        The index compares the labels that both fits give to all points: 1 for the
        same clusters, about 0 for random ones, below 0 for less agreement than that.
        A half with fewer than k different points gives none.
    """
    everybody = _blocks(points)
    label = partial(_labels, everybody)
    labels = dict(zip(centroids, _side_by_side(label, centroids.values()), strict=True))

    def agreement(refit: int) -> list[tuple[int, int, float]]:
        rng = np.random.default_rng(seed + refit)
        half = points[np.sort(rng.permutation(len(points))[: len(points) // 2])]
        sample = _sample(half, seed + refit, sample_size)
        distinct = _distinct(sample, max(centroids))
        ks = [k for k in centroids if k <= distinct]
        if not ks:
            return []
        found = _search(sample, ks, seed=seed + refit, n_init=n_init)
        members = _blocks(half)
        fits = {k: _move(members, found[k][0], tolerance=0).centers for k in ks}
        return [
            (k, refit, adjusted_rand_index(labels[k], _labels(everybody, centers)))
            for k, centers in fits.items()
        ]

    refitted = _side_by_side(agreement, range(1, refits + 1))
    return list(itertools.chain.from_iterable(refitted))


def bootstrap_refits(
    points: np.ndarray,
    k: int,
    *,
    refits: int,
    seed: int,
    n_init: int,
    sample_size: int,
) -> dict[int, np.ndarray]:
    """Fit KMeans on bootstrap samples of the points.

    A bootstrap sample draws as many points as there are, with replacement. The starts
    are searched as in `fit_centroids`, on `STARTS` smaller bootstrap samples, and each
    refit is iterated from the start with the lowest inertia on its own sample. So no
    refit is held back by a poor start. None starts from the fit on all points, which
    would make the pieces of a round cloud look stable.

    Parameters
    ----------
    points : array of shape (n_points, n_features)
        Scaled features, in a fixed order of rows.
    k : int
        Number of clusters.
    refits : int
        Number of bootstrap samples.
    seed : int
        Seed of the samples and of the search.
    n_init, sample_size : int
        As in `fit_centroids`.

    Returns
    -------
    dict of int to array of shape (k, n_features)
        Centroids by refit, from 1, ordered as in `fit_centroids`. A bootstrap sample
        with fewer than k different points gives none.

    References
    ----------
    Hennig, "Cluster-wise assessment of cluster stability", Computational Statistics
    and Data Analysis 52 (2007).
    """

    def draw(number: int, size: int) -> np.ndarray | None:
        """Return how often each point is drawn; none if too few are different."""
        drawn = np.random.default_rng([seed, number]).integers(len(points), size=size)
        counts = np.bincount(drawn, minlength=len(points))
        return counts if _distinct(points[counts > 0], k) >= k else None

    def begin(number: int) -> np.ndarray | None:
        counts = draw(number, min(len(points), sample_size))
        if counts is None:
            return None
        sample = np.repeat(points, counts, axis=0)
        return _search(sample, [k], seed=seed + number, n_init=n_init)[k][0]

    def refit(number: int) -> np.ndarray | None:
        counts = draw(number, len(points))
        if counts is None or not starts:
            return None
        start = _best(starts, [one @ counts for one in distances])
        drawn = counts > 0
        return sorted_centroids(
            _move(_blocks(points[drawn], counts[drawn]), start).centers
        )

    # Refits are numbered from 1, and starts from there on.
    found = _side_by_side(begin, range(refits + 1, refits + 1 + STARTS))
    starts = [start for start in found if start is not None]
    distances = _side_by_side(partial(_least_distances, _blocks(points)), starts)
    numbers = range(1, refits + 1)
    fits = zip(numbers, _side_by_side(refit, numbers), strict=True)
    return {number: fit for number, fit in fits if fit is not None}


def adjusted_rand_index(labels: np.ndarray, others: np.ndarray) -> float:
    """Compare two clusterings of the same points.

    Parameters
    ----------
    labels, others : array of int of shape (n_points,)
        Numbers of clusters from 0.

    Returns
    -------
    float
        1 for the same clusters, about 0 for random ones, below 0 for less agreement
        than that. It equals scikit-learn's `adjusted_rand_score`, which sorts the
        labels and takes twenty times as long.

    References
    ----------
    Hubert and Arabie, "Comparing partitions", Journal of Classification 2 (1985).
    """
    width = int(others.max()) + 1
    counts = np.bincount(labels * width + others, minlength=(labels.max() + 1) * width)
    table = counts.reshape(-1, width).astype(float)
    total = np.square(table.sum())
    both = np.square(table).sum()
    rows, columns = (np.square(table.sum(axis=axis)).sum() for axis in (1, 0))
    together, apart = both - table.sum(), total + both - rows - columns
    first, second = rows - both, columns - both
    if first == second == 0:
        return 1.0
    return float(
        2
        * (together * apart - first * second)
        / (
            (together + second) * (second + apart)
            + (together + first) * (first + apart)
        )
    )


def noise_silhouettes(
    covariance: np.ndarray,
    skewness: np.ndarray,
    k_range: Iterable[int],
    *,
    seed: int,
    n_init: int,
    sample_size: int,
) -> dict[int, float]:
    """Cluster noise that has the spread of customers but no groups.

    KMeans cuts even noise into stable pieces with a fair silhouette: two uniform
    features reach 0.59 with k = 4, six 0.20, and a skewed feature is cut into the many
    and the few. So a silhouette means something only in comparison with that of noise.
    There are two kinds of it, and the higher silhouette counts: one with the covariance
    of customers, uniform along the principal axes, and one in which each feature has
    the skewness it has for customers.

    Parameters
    ----------
    covariance : array of shape (n_features, n_features)
        Covariance of the scaled features; the number of customers is the divisor.
    skewness : array of shape (n_features,)
        Mean third power of the scaled features.
    k_range : iterable of int
        Numbers of clusters to fit.
    seed : int
        Seed of the noise and of the fits.
    n_init : int
        As in `fit_centroids`.
    sample_size : int
        Number of noise points to draw, half of each kind.

    Returns
    -------
    dict of int to float
        Mean exact silhouette by k, squared Euclidean distance, from -1 to 1.

    References
    ----------
    Tibshirani, Walther and Hastie, "Estimating the number of clusters in a data set
    via the gap statistic", Journal of the Royal Statistical Society B 63 (2001),
    whose reference is uniform along the principal axes too.
    """
    ks = list(k_range)
    rng = np.random.default_rng(seed)

    def silhouettes(noise: np.ndarray) -> list[float]:
        found = _search(noise, ks, seed=seed, n_init=n_init, each=_side_by_side)
        return [round(exact_silhouette(noise, found[k][0]), DECIMALS) for k in ks]

    kinds = [
        silhouettes(_correlated_noise(covariance, rng, sample_size // 2)),
        silhouettes(_skewed_noise(skewness, rng, sample_size // 2)),
    ]
    return dict(zip(ks, map(max, *kinds), strict=True))


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
        The first of equally near centroids.
    """
    return _labels(_blocks(points), centroids)


def sorted_centroids(centroids: np.ndarray) -> np.ndarray:
    """Round centroids and order them by their coordinates.

    Parameters
    ----------
    centroids : array of shape (k, n_features)

    Returns
    -------
    array of shape (k, n_features)
        Another fit with the same clusters numbers them in the same way.
    """
    rounded = np.round(centroids, DECIMALS)
    return rounded[np.lexsort(rounded.T[::-1])]


def principal_axes(covariance: np.ndarray, n_axes: int = 2) -> np.ndarray:
    """Find the directions in which customers vary most.

    Parameters
    ----------
    covariance : array of shape (n_features, n_features)
        Covariance of the scaled features.
    n_axes : int
        Number of axes.

    Returns
    -------
    array of shape (n_axes, n_features)
        Unit vectors, the largest variance first, each with its largest loading
        positive. If there are fewer features than axes, the rest are rows of zeros.
    """
    _, vectors = np.linalg.eigh(np.round(covariance, DECIMALS))
    axes = np.zeros((n_axes, len(covariance)))
    for axis, vector in zip(axes, vectors.T[::-1], strict=False):
        axis[:] = vector * np.sign(vector[np.abs(vector).argmax()])
    return np.round(axes, DECIMALS)


def _search(
    points: np.ndarray,
    ks: list[int],
    *,
    seed: int,
    n_init: int,
    each: Callable = lambda function, items: list(map(function, items)),
    splits: int | None = SPLITS,
    rivals: float = 0,
    swaps: int = 0,
) -> dict[int, list[np.ndarray]]:
    """Find centroids from k-means++ and from neighbouring k, for every k.

    Of the starts that other fits give, among them the `splits` that gain most, or all,
    the best after `FIRST_STEPS` is iterated, and `rivals` whose inertia is up to this
    share higher: the best fit of a sample need not be the best one of all points. Up to
    `swaps` fits of a k are split and then merged at another place. All different fits
    found are returned, the best one first.
    """
    distinct = _distinct(points, max(ks) + 1)
    near = sorted({n for k in ks for n in (k - 1, k, k + 1) if 1 <= n <= distinct})
    blocks, columns = _blocks(points), np.ascontiguousarray(points.T)

    def begin(k: int) -> _Clusters:
        rng = np.random.RandomState(seed)
        starts = [
            kmeans_plusplus(points, k, random_state=rng)[0]
            for _ in range(n_init if k > 1 else 1)
        ]
        return min((_move(blocks, start) for start in starts), key=itemgetter(0))

    def judge(starts: Iterable[np.ndarray]) -> list[_Clusters]:
        return [_move(blocks, start, FIRST_STEPS) for start in starts]

    def finish(begun: list[_Clusters], bound: float) -> list[_Clusters]:
        within = _different([one for one in begun if one.inertia <= bound])
        return [_move(blocks, one.centers) for one in within]

    def from_neighbours(k: int) -> list[_Clusters]:
        split, merged, swapped = [], [], []
        if k - 1 in changed:
            centers = fits[k - 1].centers
            cuts = _with_a_split(columns, _labels(blocks, centers), centers)
            split = judge(cuts[:splits])
        if k + 1 in changed:
            mergers = itertools.islice(_with_a_merger(fits[k + 1]), MERGERS)
            merged = judge(start for _, start in mergers)
        if swaps and split and k > 2:
            mergers = [next(_with_a_merger(one, but_last=True)) for one in split]
            mergers.sort(key=itemgetter(0))
            judged = judge(start for _, start in mergers[:swaps])
            swapped = finish(judged, fits[k - 1].inertia)
        begun = split + merged
        least = min((one.inertia for one in begun), default=0)
        return finish(begun, least * (1 + rivals)) + swapped

    fits = dict(zip(near, each(begin, near), strict=True))
    found = {k: [] for k in near}
    changed = set(near)
    while changed:
        others = each(from_neighbours, near)
        changed = set()
        for fit in itertools.chain.from_iterable(others):
            k = len(fit.centers)
            if fit.inertia < fits[k].inertia * (1 - LEAST_GAIN):
                fit, fits[k] = fits[k], fit
                changed.add(k)
            found[k].append(fit)
    return {k: [one.centers for one in _different([fits[k], *found[k]])] for k in ks}


def _different(found: Iterable[_Clusters]) -> list[_Clusters]:
    """Leave out what has about the inertia of one before: the same clusters."""
    kept = []
    for one in found:
        least = LEAST_GAIN * one.inertia
        if all(abs(one.inertia - other.inertia) > least for other in kept):
            kept.append(one)
    return kept


def _with_a_split(
    columns: np.ndarray, labels: np.ndarray, centers: np.ndarray
) -> list[np.ndarray]:
    """Return centroids with each cluster in turn cut across its longest axis.

    The cut that lowers the inertia most comes first.
    """
    cuts = []
    for cluster in np.unique(labels):
        members = columns[:, labels == cluster]
        axis = principal_axes(np.atleast_2d(np.cov(members, bias=True)), 1)[0]
        beyond = axis @ members > axis @ centers[cluster]
        if beyond.any() and not beyond.all():
            halves = [members @ side / side.sum() for side in (beyond, ~beyond)]
            weight = beyond.sum() * (~beyond).sum() / len(beyond)
            gain = weight * np.square(halves[0] - halves[1]).sum()
            cuts.append((gain, np.vstack([np.delete(centers, cluster, 0), halves])))
    return [start for _, start in sorted(cuts, key=itemgetter(0), reverse=True)]


def _with_a_merger(
    clusters: _Clusters, *, but_last: bool = False
) -> Iterator[tuple[float, np.ndarray]]:
    """Yield centroids with two clusters merged, and their inertia, the lowest first.

    The last two clusters are not merged `but_last`: they are the halves of a split.

    References
    ----------
    Ward, "Hierarchical grouping to optimize an objective function", Journal of the
    American Statistical Association 58 (1963).
    """
    inertia, centers, sizes = clusters
    sizes = np.maximum(sizes, 1)
    left, right = np.triu_indices(len(centers), 1)
    squared = np.square(centers[left] - centers[right]).sum(axis=1)
    cost = squared / (1 / sizes[left] + 1 / sizes[right])
    for index in np.argsort(cost[:-1] if but_last else cost, kind="stable"):
        pair = [left[index], right[index]]
        merged = np.average(centers[pair], axis=0, weights=sizes[pair])
        start = np.vstack([np.delete(centers, pair, axis=0), merged])
        yield inertia + cost[index], start


def _move(
    points: _Points,
    centers: np.ndarray,
    most: int = MOST_STEPS,
    tolerance: float = TOLERANCE,
) -> _Clusters:
    """Move centroids to the means of their members, `most` times or until they stay.

    It is what scikit-learn's `KMeans` does with that `max_iter` and `tol`, whose checks
    and copies would take most of the time. But a centroid without members stays where
    it is. If the tolerance is 0, it ends when no point changes its cluster.

    Returns
    -------
    inertia : float
    centers : array of shape (k, n_features)
    sizes : array of shape (k,)
        Before the last step.
    """
    for _ in range(most):
        factors = _factors(centers)
        totals = sum(
            _is_nearest(factors @ columns).astype(float) @ weighted.T
            for columns, weighted in points.blocks
        )
        sizes = totals[:, -1:]
        means = totals[:, :-2] / np.maximum(sizes, 1)
        before, centers = centers, np.where(sizes, means, centers)
        if np.square(centers - before).sum() <= tolerance * points.variance:
            break
    factors = _factors(centers)
    inertia = sum(
        (factors @ columns).min(axis=0) @ weighted[-1]
        for columns, weighted in points.blocks
    )
    # Rounding may leave less than 0.
    return _Clusters(max(0.0, inertia), centers, sizes[:, 0])


def _best(starts: list[np.ndarray], inertia: list[float]) -> np.ndarray:
    """Return the first centroids with about the lowest inertia."""
    bound = min(inertia) * (1 + SAME)
    return next(one for one, its in zip(starts, inertia, strict=True) if its <= bound)


def _least_distances(points: _Points, centers: np.ndarray) -> np.ndarray:
    """Return the squared distance of each point to its nearest centroid."""
    factors = _factors(centers)
    least = [(factors @ columns).min(axis=0) for columns, _ in points.blocks]
    return np.concatenate(least).clip(0)


def _labels(points: _Points, centers: np.ndarray) -> np.ndarray:
    """Return the index of the centroid nearest to each point."""
    factors, indexes = _factors(centers), np.arange(len(centers), dtype=float)
    labels = [indexes @ _is_nearest(factors @ columns) for columns, _ in points.blocks]
    return np.concatenate(labels).astype(int)


def _factors(centers: np.ndarray) -> np.ndarray:
    """Return what makes squared distances of columns: |x - c|^2 = |x|^2 - 2cx + |c|^2.

    There is a row per centroid, as NumPy is several times as fast with few long rows.
    """
    lengths = np.square(centers).sum(axis=1)
    return np.column_stack([-2 * centers, np.ones(len(centers)), lengths])


def _is_nearest(distances: np.ndarray) -> np.ndarray:
    """Mark the first of the nearest centroids of each point, as `argmin` would."""
    is_nearest = distances == distances.min(axis=0)
    if np.count_nonzero(is_nearest) > is_nearest.shape[1]:
        is_nearest &= np.cumsum(is_nearest, axis=0) == 1
    return is_nearest


def _blocks(points: np.ndarray, weights: np.ndarray | None = None) -> _Points:
    """Lay out points of shape (n_points, n_features) for `_move`."""
    blocks = []
    for first in range(0, len(points), _BLOCK):
        some = points[first : first + _BLOCK].T
        columns = np.vstack([some, np.square(some).sum(axis=0), np.ones(some.shape[1])])
        if weights is None:
            blocks.append((columns, columns))
        else:
            blocks.append((columns, columns * weights[first : first + _BLOCK]))
    *sums, squares, count = sum(weighted.sum(axis=1) for _, weighted in blocks)
    variance = (squares / count - np.square(np.divide(sums, count)).sum()) / len(sums)
    return _Points(blocks, variance)


def _correlated_noise(
    covariance: np.ndarray, rng: np.random.Generator, size: int
) -> np.ndarray:
    """Draw points uniformly along the principal axes."""
    covariance = np.round(np.atleast_2d(covariance), DECIMALS)
    spread = np.sqrt(np.clip(np.linalg.eigvalsh(covariance), 0, None))
    # A uniform distribution from -b to b has the standard deviation b / sqrt(3).
    return np.sqrt(3) * spread * rng.uniform(-1, 1, (size, len(spread)))


def _skewed_noise(
    skewness: np.ndarray, rng: np.random.Generator, size: int
) -> np.ndarray:
    """Draw each feature as a power of a uniform number: 1 where there is no skew."""
    powers = np.geomspace(1, 1e6, 10_000)
    first, second, third = (1 / (moment * powers + 1) for moment in (1, 2, 3))
    skewed = (third - 3 * first * second + 2 * first**3) / (second - first**2) ** 1.5
    power = np.interp(abs(np.round(skewness, DECIMALS)), skewed, powers)
    drawn = rng.uniform(size=(size, len(power))) ** power
    scaled = (drawn - drawn.mean(axis=0)) / drawn.std(axis=0)
    return np.where(skewness < 0, -scaled, scaled)


def _sample(points: np.ndarray, seed: int, size: int) -> np.ndarray:
    """Draw points in their order, or return all if there are no more."""
    if len(points) <= size:
        return points
    chosen = np.random.default_rng(seed).choice(len(points), size, replace=False)
    return points[np.sort(chosen)]


def _distinct(points: np.ndarray, enough: int) -> int:
    """Count the different points, up to a limit."""
    for size in (10 * enough, len(points)):
        found = len(np.unique(points[:size], axis=0))
        if found >= enough:
            break
    return found


def _side_by_side(function: Callable, items: Iterable, most: int = sys.maxsize) -> list:
    """Call a function for every item, up to `most` at a time, one per processor.

    Each call uses one thread. The limit of OpenMP holds for each worker, that of BLAS
    for the whole process, until the last call ends, including those of other models.
    """
    with (
        _one_thread_in_blas(),
        ThreadPoolExecutor(
            min(os.cpu_count(), most),
            initializer=threadpool_limits,
            initargs=(1, "openmp"),
        ) as pool,
    ):
        return list(pool.map(function, items))


@contextmanager
def _one_thread_in_blas() -> Iterator[None]:
    """Limit BLAS to one thread until the last caller leaves.

    threadpoolctl keeps the BLAS limit of one thread at a time, as long as that thread
    lives. So short-lived threads set the limit and restore it.
    """
    with _blas.lock:
        if not _blas.users:
            with ThreadPoolExecutor(1) as setter:
                _blas.limits = setter.submit(threadpool_limits, 1, "blas").result()
        _blas.users += 1
    try:
        yield
    finally:
        with _blas.lock:
            _blas.users -= 1
            if not _blas.users:
                with ThreadPoolExecutor(1) as setter:
                    setter.submit(_blas.limits.restore_original_limits).result()
