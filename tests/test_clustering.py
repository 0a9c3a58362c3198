from concurrent.futures import ThreadPoolExecutor
from threading import Event

import duckdb
import numpy as np
import pandas as pd
import pytest
from olist_segments.fit import clustering
from olist_segments.fit.choice import choose_k
from olist_segments.fit.clustering import (
    adjusted_rand_index,
    bootstrap_refits,
    exact_silhouette,
    fit_centroids,
    nearest,
    principal_axes,
    refit_agreement,
)
from olist_segments.fit.frames import draw_customers
from olist_segments.fit.rules import find_rules
from olist_segments.study.resampling import jaccard_stability
from sklearn.cluster import KMeans, kmeans_plusplus
from sklearn.metrics import adjusted_rand_score, silhouette_score
from threadpoolctl import threadpool_info, threadpool_limits

from bench.rules_for_k import LIMITS, measure, standardized

SETTINGS = {"seed": 1, "n_init": 3, "sample_size": 300}


def fitted(k, points, weights=None, **options):
    """Fit KMeans of scikit-learn; for few points more threads take far more time."""
    with threadpool_limits(1):
        return KMeans(k, **options).fit(points, sample_weight=weights)


@pytest.fixture
def blobs():
    rng = np.random.default_rng(0)
    centers = np.array([[0, 0, 0], [6, 0, 0], [0, 6, 0], [0, 0, 6]])
    return np.concatenate([rng.normal(center, 1, (200, 3)) for center in centers])


def test_planted_clusters_are_found(blobs):
    centers = fit_centroids(blobs, [4], **SETTINGS)[4]
    planted = [[0, 0, 0], [0, 0, 6], [0, 6, 0], [6, 0, 0]]
    # ordered by coordinates, but for noise in those that are 0
    found = centers[np.lexsort(np.round(centers / 6).T[::-1])]
    np.testing.assert_allclose(found, planted, atol=0.3)


def test_every_centroid_is_the_mean_of_its_members(blobs):
    for k, centers in fit_centroids(blobs, range(2, 7), **SETTINGS).items():
        labels = nearest(blobs, centers)
        for cluster in range(k):
            mean = blobs[labels == cluster].mean(axis=0)
            np.testing.assert_allclose(centers[cluster], mean, atol=1e-9)


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("away", [0, 0.01, 1])
def test_the_first_steps_of_a_start_are_those_of_scikit_learn(
    blobs, away, is_weighted, monkeypatch
):
    monkeypatch.setattr(clustering, "_BLOCK", 300)
    weights = np.arange(len(blobs)) % 3 + 1 if is_weighted else None
    start = fitted(8, blobs, n_init=1, random_state=0).cluster_centers_ + away
    steps = {"init": start, "n_init": 1, "max_iter": clustering.FIRST_STEPS}
    expected = fitted(8, blobs, weights, **steps)
    points = clustering._blocks(blobs, weights)
    inertia, centers, _ = clustering._move(points, start, clustering.FIRST_STEPS)
    assert inertia == pytest.approx(expected.inertia_, rel=1e-12)
    np.testing.assert_allclose(centers, expected.cluster_centers_, atol=1e-12)


def test_starts_on_a_sample_lose_nothing_against_starts_on_all_points(blobs):
    for k, centers in fit_centroids(blobs, range(2, 6), **SETTINGS).items():
        full = fitted(k, blobs, n_init=10, random_state=0).inertia_
        inertia = np.square(blobs - centers[nearest(blobs, centers)]).sum()
        assert inertia <= full * 1.001


@pytest.mark.slow
def test_neighbours_lead_to_the_best_fit_where_a_single_start_misses_it():
    rng = np.random.default_rng(5)
    centers, sizes = rng.uniform(-10, 10, (12, 3)), rng.integers(20, 300, 12)
    points = np.concatenate(
        [
            rng.normal(center, 1, (size, 3))
            for center, size in zip(centers, sizes, strict=True)
        ]
    )
    ks = range(2, 13)
    best = [fitted(k, points, n_init=20, random_state=0).inertia_ for k in ks]
    for seed in (1, 2):
        start = [fitted(k, points, n_init=1, random_state=seed) for k in ks]
        assert max(np.divide([one.inertia_ for one in start], best)) > 1.05
        fits = fit_centroids(points, ks, seed=seed, n_init=1, sample_size=5000)
        found = [
            np.square(points - centroids[nearest(points, centroids)]).sum()
            for centroids in fits.values()
        ]
        assert max(np.divide(found, best)) < 1.001
        assert (np.diff(found) < 0).all()


def test_another_seed_numbers_the_same_clusters_the_same_way(blobs):
    one = fit_centroids(blobs, [4], **SETTINGS)[4]
    other = fit_centroids(blobs, [4], **{**SETTINGS, "seed": 99})[4]
    np.testing.assert_allclose(one, other, atol=1e-9)


def test_fits_have_one_thread_each_also_when_others_end_before_them(blobs, monkeypatch):
    def thread_counts():
        return [pool["num_threads"] for pool in threadpool_info()]

    def watched(points, *args, **options):
        if points is first:
            assert second_began.wait(60)
        if points is second:
            second_began.set()
            assert first_ended.wait(60)
            seen.append(thread_counts())
        return kmeans_plusplus(points, *args, **options)

    first, second, seen = blobs[:200], blobs[:300], []
    second_began, first_ended = Event(), Event()
    fit_centroids(blobs, [2], **SETTINGS)
    before = thread_counts()
    monkeypatch.setattr(clustering, "kmeans_plusplus", watched)
    with ThreadPoolExecutor(2) as models:
        one = models.submit(fit_centroids, first, [2], **SETTINGS)
        other = models.submit(fit_centroids, second, [2], **SETTINGS)
        one.result()
        first_ended.set()
        other.result()
    assert {count for counts in seen for count in counts} == {1}
    assert thread_counts() == before


def test_a_k_with_too_few_different_points_is_left_out():
    points = np.repeat([[0.0], [1.0], [5.0]], 10, axis=0)
    assert list(fit_centroids(points, range(2, 6), **SETTINGS)) == [2]


@pytest.mark.parametrize(("count", "different"), [(10, 1), (0, 0)])
def test_customers_who_are_all_alike_or_none_are_refused_in_words(count, different):
    words = f"{count} customers with {different} different"
    with pytest.raises(ValueError, match=words):
        fit_centroids(np.ones((count, 2)), range(2, 4), **SETTINGS)


def test_refits_agree_on_clusters_that_exist_and_not_on_others(blobs):
    centroids = fit_centroids(blobs, [4, 9], **SETTINGS)
    agreement = refit_agreement(blobs, centroids, refits=4, **SETTINGS)
    lowest = {k: min(ari for one, _, ari in agreement if one == k) for k in (4, 9)}
    assert len(agreement) == 8
    assert lowest[4] > 0.95 > lowest[9]


def test_a_half_with_too_few_different_points_gives_no_refit():
    few = np.array([[0.0], [1.0], [5.0]])
    assert refit_agreement(few, {2: few[1:]}, refits=3, **SETTINGS) == []


def jaccard_means(points, k):
    """Mean over bootstrap refits of the Jaccard index of each cluster."""
    labels = nearest(points, fit_centroids(points, [k], **SETTINGS)[k])
    refits = bootstrap_refits(points, k, refits=20, **SETTINGS).values()
    everyone = np.arange(len(points))
    found = [jaccard_stability(labels, nearest(points, c), everyone) for c in refits]
    return pd.DataFrame(found).mean()


def test_bootstrap_refits_find_planted_clusters_again(blobs):
    assert jaccard_means(blobs, 4).min() > 0.95


def test_the_pieces_of_a_round_cloud_dissolve_in_bootstrap_refits():
    # as many points as a sample for starts has, and more
    for size in (SETTINGS["sample_size"], 2000):
        cloud = np.random.default_rng(2).normal(size=(size, 6))
        assert jaccard_means(cloud, 4).max() < 0.7


def test_one_cluster_too_many_is_told_cluster_by_cluster(blobs):
    five = jaccard_means(blobs, 5).sort_values()
    assert five.iloc[0] < 0.75
    assert five.iloc[-2] > 0.85


def test_bootstrap_refits_differ_by_number_and_seed_and_nothing_else(blobs):
    one, again = (bootstrap_refits(blobs, 3, refits=4, **SETTINGS) for _ in range(2))
    fewer = bootstrap_refits(blobs, 3, refits=4, **{**SETTINGS, "seed": 2})
    assert list(one) == [1, 2, 3, 4]
    for number, centroids in one.items():
        np.testing.assert_array_equal(centroids, again[number])
        assert not np.allclose(centroids, fewer[number])
        assert number == 1 or not np.allclose(centroids, one[1])


def test_a_bootstrap_sample_with_too_few_different_points_gives_no_refit():
    points = np.array([[0.0]] * 20 + [[1.0]])
    refits = bootstrap_refits(points, 2, refits=30, **SETTINGS)
    assert 0 < len(refits) < 30
    for centroids in refits.values():
        assert centroids.tolist() == [[0.0], [1.0]]
    assert bootstrap_refits(points[:20], 2, refits=3, **SETTINGS) == {}


@pytest.mark.parametrize("width", [1, 2, 7])
def test_the_index_of_agreement_equals_scikit_learn(width):
    labels, others = np.random.default_rng(width).integers(width, size=(2, 500))
    for one, other in [(labels, others), (labels, labels), (labels, labels // 2)]:
        expected = adjusted_rand_score(one, other)
        assert adjusted_rand_index(one, other) == pytest.approx(expected, abs=1e-12)


def test_of_equally_near_centroids_the_first_is_taken():
    assert nearest(np.array([[0.0]]), np.array([[1.0], [-1.0]])).tolist() == [0]


def test_principal_axes_are_the_directions_of_widest_spread():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(5000, 3)) * [1, 5, 3]
    points -= points.mean(axis=0)
    covariance = np.cov(points.T, bias=True)
    axes = principal_axes(covariance)
    np.testing.assert_allclose(axes @ axes.T, np.eye(2), atol=1e-9)
    np.testing.assert_allclose(axes, [[0, 1, 0], [0, 0, 1]], atol=0.05)
    reversed_axes = principal_axes(covariance[::-1, ::-1])[:, ::-1]
    np.testing.assert_allclose(axes, reversed_axes, atol=1e-9)


def test_a_map_of_one_feature_has_an_empty_second_axis():
    assert principal_axes(np.array([[1.0]])).tolist() == [[1.0], [0.0]]


def test_the_silhouette_equals_scikit_learn(blobs):
    # The point far out is alone in its cluster: its silhouette is 0.
    points = np.concatenate([blobs, [[90.0, 90.0, 90.0]]])
    for centers in fit_centroids(points, [2, 5], **SETTINGS).values():
        expected = silhouette_score(
            points, nearest(points, centers), metric="sqeuclidean"
        )
        assert exact_silhouette(points, centers) == pytest.approx(expected, abs=1e-9)


def taken(points, **k_range):
    """Fit, measure and choose k with the limits of the project."""
    settings = {"seed": 1, "n_init": 2, "sample_size": 2_000}
    points = standardized(points)
    candidates, labels = measure(
        points, **k_range, fit=settings, refit=settings, refits=3
    )
    row = choose_k(candidates, **LIMITS).query("is_chosen").iloc[0]
    return row, labels[row["k"]], candidates.set_index("k").loc[row["k"]]


@pytest.mark.parametrize(
    "n_features", [6, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2, 3))]
)
def test_uniform_noise_is_said_to_have_no_segments(n_features):
    noise = np.random.default_rng(3).random((2_000, n_features))
    row, _, _ = taken(noise)
    assert not row["is_eligible"]
    assert "no candidate is eligible" in row["reason"]
    assert "that of noise" in row["reason"]


def test_noise_of_two_features_is_stable_so_that_stability_alone_would_be_fooled():
    noise = np.random.default_rng(3).random((2_000, 2))
    _, _, measured = taken(noise)
    assert measured["stability_min_ari"] >= 0.8
    assert measured["silhouette"] > 0.5


def test_skewed_noise_is_said_to_have_no_segments():
    normal = np.random.default_rng(4).normal(size=(2_000, 4))
    row, _, _ = taken(np.exp(0.8 * normal))
    assert not row["is_eligible"]


@pytest.mark.parametrize(
    "segments", [5, *(pytest.param(k, marks=pytest.mark.slow) for k in (3, 4, 6, 7))]
)
def test_planted_segments_are_found_whatever_the_range(segments):
    rng = np.random.default_rng(8)
    sizes = [700, 500, 400, 300, 200, 150, 100][:segments]
    segment = np.repeat(np.arange(segments), sizes)
    points = 6 * np.eye(8)[segment] + rng.normal(size=(len(segment), 8))
    for k_min, k_max in [(2, 7), (3, 9)]:
        row, labels, _ = taken(points, k_min=k_min, k_max=k_max)
        assert row["k"] == segments
        assert row["is_eligible"]
        assert adjusted_rand_score(segment, labels) >= 0.95


def test_a_draw_of_customers_is_the_same_in_any_order_and_part_of_a_larger_one():
    connection = duckdb.connect()
    customers = "select 'c' || i as customer_unique_id from range(5000) as t (i)"

    def drawn(number, order="i"):
        relation = connection.sql(f"{customers} order by {order}")
        return {row[0] for row in draw_customers(relation, number).fetchall()}

    assert drawn(1_000) == drawn(1_000, "md5(i::text)") < drawn(2_000)
    assert len(drawn(1_000)) == pytest.approx(1_000, rel=0.1)
    assert len(drawn(5_000)) == len(drawn(9_000)) == 5_000


@pytest.fixture
def planted_rules():
    """Customers of three segments that two numbers tell apart, and their scaling."""
    rng = np.random.default_rng(3)
    spend = np.round(np.exp(rng.normal(5, 1, 4000)), 2)
    orders = 1.0 + (rng.random(4000) < 0.03)
    labels = np.where(orders > 1, 7, np.where(spend < 149.37, 2, 4))
    logs = np.log1p(spend)
    points = [
        (orders - orders.mean()) / orders.std(),
        (logs - logs.mean()) / logs.std(),
        np.zeros(4000),
    ]
    scaling = pd.DataFrame(
        {
            "feature": ["order_count", "total_spend", "review_score"],
            "transform": ["none", "log1p", "none"],
            "mean": [orders.mean(), logs.mean(), 4.0],
            "standard_deviation": [orders.std(), logs.std(), 0.0],
        }
    )
    return np.round(np.column_stack(points), 12), labels, scaling


def test_rules_have_the_planted_thresholds_in_few_digits(planted_rules):
    # 3% of customers, with the number 7, are found by a single threshold.
    rules = find_rules(*planted_rules).replace(np.nan, None)
    assert rules.values.tolist() == [
        [2, 1, "order_count", None, 2.0],
        [2, 1, "total_spend", None, 150.0],
        [4, 1, "order_count", None, 2.0],
        [4, 1, "total_spend", 150.0, None],
        [7, 1, "order_count", 2.0, None],
    ]


def test_rules_depend_neither_on_the_order_of_customers_nor_on_the_unit(planted_rules):
    points, labels, scaling = planted_rules
    rules = find_rules(points, labels, scaling)
    order = np.random.default_rng(1).permutation(len(points))
    pd.testing.assert_frame_equal(
        find_rules(points[order], labels[order], scaling), rules
    )
    # Orders in thousands: the threshold has as few digits.
    numbers = ["mean", "standard_deviation"]
    scaling.loc[0, numbers] = scaling.loc[0, numbers] / 1000
    in_thousands = find_rules(points, labels, scaling)
    is_count = rules["feature"] == "order_count"
    limits = ["at_least", "below"]
    rules.loc[is_count, limits] = rules.loc[is_count, limits] / 1000
    pd.testing.assert_frame_equal(in_thousands, rules)


def test_customers_of_one_segment_need_no_rule(planted_rules):
    points, labels, scaling = planted_rules
    assert find_rules(points, np.ones_like(labels), scaling).empty
