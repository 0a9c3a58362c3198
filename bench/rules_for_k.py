"""Try rules for k on planted segments and on noise: `python -m bench.rules_for_k`."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from olist_segments.fit.choice import choose_k
from olist_segments.fit.clustering import (
    exact_silhouette,
    fit_centroids,
    nearest,
    noise_silhouettes,
    refit_agreement,
)

LIMITS = {
    "min_stability": 0.8,
    "min_silhouette_gain": 0.04,
    "min_segment_share": 0.02,
}
FEATURES = [3, 5, 8]
SEGMENTS = range(3, 8)
DISTANCES = [10, 6, 4]
DRAWS = 1
CUSTOMERS = 4_000


def measure(
    points: np.ndarray,
    k_min: int = 2,
    k_max: int = 10,
    *,
    fit: dict,
    refit: dict,
    refits: int = 10,
) -> tuple[pd.DataFrame, dict[int, np.ndarray]]:
    """Measure candidates as the models do.

    Parameters
    ----------
    points : array of shape (n_points, n_features)
        Scaled features.
    k_min, k_max : int
        The range of candidates.
    fit, refit : dict
        Seed, n_init and sample_size of `fit_centroids`, and of refits and noise.
    refits : int
        Number of refits on halves.

    Returns
    -------
    candidates : DataFrame
        One row per k with the columns that `choose_k` needs.
    labels : dict of int to array of shape (n_points,)
        Clusters by k.
    """
    fits = fit_centroids(points, range(max(2, k_min - 1), k_max + 2), **fit)
    labels = {k: nearest(points, centers) for k, centers in fits.items()}
    inertia = {k: np.square(points - fits[k][labels[k]]).sum() for k in fits}
    inertia[1] = np.square(points - points.mean(axis=0)).sum()
    candidates = {k: fits[k] for k in fits if k_min <= k <= k_max}
    agreement = refit_agreement(points, candidates, refits=refits, **refit)
    noise = noise_silhouettes(
        np.cov(points.T, bias=True), (points**3).mean(axis=0), candidates, **refit
    )

    def slope(k: int) -> float:
        if k not in inertia:
            return np.nan
        return np.log(inertia[k - 1] / inertia[k]) / np.log(k / (k - 1))

    rows = [
        {
            "k": k,
            "inertia": inertia[k],
            "bend": slope(k) / slope(k + 1),
            "silhouette": exact_silhouette(points, centers),
            "noise_silhouette": noise[k],
            "stability_min_ari": min(ari for one, _, ari in agreement if one == k),
            "smallest_segment_share": np.bincount(labels[k]).min() / len(points),
        }
        for k, centers in candidates.items()
    ]
    return pd.DataFrame(rows), labels


def standardized(points: np.ndarray) -> np.ndarray:
    """Scale every feature to mean 0 and standard deviation 1."""
    return (points - points.mean(axis=0)) / points.std(axis=0)


def planted(
    rng: np.random.Generator, segments: int, features: int, distance: float
) -> tuple[np.ndarray, np.ndarray]:
    """Draw round segments of unequal sizes; the nearest two are `distance` apart."""
    while True:
        centers = rng.normal(size=(segments, features))
        gaps = np.linalg.norm(centers[:, None] - centers, axis=2)
        nearest_two = gaps[np.triu_indices(segments, 1)].min()
        if nearest_two > 0.7:
            break
    sizes = np.maximum(rng.dirichlet(np.full(segments, 4)), 0.04)
    segment = rng.choice(segments, CUSTOMERS, p=sizes / sizes.sum())
    spread = rng.normal(size=(CUSTOMERS, features))
    return standardized(centers[segment] * distance / nearest_two + spread), segment


def noises(rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """Yield noise of two, four and six features, by what it is."""
    for features in (2, 4, 6):
        normal = rng.normal(size=(CUSTOMERS, features))
        shared = rng.normal(size=(CUSTOMERS, 1))
        kinds = {
            "uniform": rng.uniform(size=normal.shape),
            "normal": normal,
            "normal, correlated at 0.5": normal + shared,
            "normal, correlated at 0.9": normal + 3 * shared,
            "lognormal": np.exp(0.8 * normal),
            "very lognormal": np.exp(1.2 * normal),
            "exponential": rng.exponential(size=normal.shape),
            "lognormal, correlated": np.exp(0.6 * (normal + shared)),
        }
        for kind, points in kinds.items():
            yield (
                kind,
                standardized(np.minimum(points, np.quantile(points, 0.995, axis=0))),
            )


def main() -> None:
    """Print how often each rule is right, and what noise makes eligible."""
    refit = {"seed": 42, "n_init": 2, "sample_size": 5_000}
    settings = {"fit": {**refit, "n_init": 10}, "refit": refit, "refits": 5}
    right = []
    for draw in range(DRAWS):
        for distance in DISTANCES:
            for features in FEATURES:
                for segments in SEGMENTS:
                    rng = np.random.default_rng([draw, segments, distance, features])
                    points, _ = planted(rng, segments, features, distance)
                    table, _ = measure(points, 2, 12, **settings)
                    right.append(
                        {"distance": distance, **_picks(table, points, segments)}
                    )
    print(pd.DataFrame(right).groupby("distance").agg(["sum", "size"]).to_string())
    for draw in range(DRAWS):
        for kind, points in noises(np.random.default_rng(draw)):
            table, _ = measure(points, **settings)
            chosen = choose_k(table, **LIMITS)
            eligible = chosen.loc[chosen["is_eligible"], "k"].tolist()
            gain = (table["silhouette"] - table["noise_silhouette"]).max()
            print(f"{points.shape[1]} features, {kind}: {gain:.3f} {eligible}")


def _picks(table: pd.DataFrame, points: np.ndarray, k: int) -> dict[str, bool]:
    """Which rules find the planted k among the eligible candidates."""
    chosen = choose_k(table, **LIMITS)
    table = table[chosen["is_eligible"]].set_index("k")
    total = np.square(points).sum()
    inertia = table["inertia"]
    scores = {
        "bend": table["bend"],
        "gain over noise": table["silhouette"] - table["noise_silhouette"],
        "Calinski-Harabasz": (total / inertia - 1)
        * (len(points) - table.index)
        / (table.index - 1),
        "silhouette": table["silhouette"],
    }
    found = {name: not s.empty and s.idxmax() == k for name, s in scores.items()}
    elbow = chosen.loc[chosen["is_elbow"], "k"].tolist()
    return {**found, "kneed's elbow": elbow == [k]}


if __name__ == "__main__":
    main()
