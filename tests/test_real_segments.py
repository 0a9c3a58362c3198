"""What the segments of the real files must show; skipped without the files."""

import datetime
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pytest
import yaml
from conftest import NO_TESTS, ROOT, build, rows
from olist_segments.fit.choice import choose_k
from olist_segments.fit.clustering import fit_centroids, nearest
from olist_segments.months import set_day
from sklearn.metrics import adjusted_rand_score

from bench.rules_for_k import measure

VARS = yaml.safe_load((ROOT / "dbt_project.yml").read_text("utf-8"))["vars"]
FIT = {"n_init": VARS["n_init"], "sample_size": VARS["fit_sample"]}
REFIT = {"n_init": VARS["refit_n_init"], "sample_size": VARS["refit_sample"]}
RULE = {n: VARS[n] for n in ("min_stability", "min_silhouette_gain")}
RULE["min_segment_share"] = VARS["min_segment_share"]
KS = range(VARS["k_min"], VARS["k_max"] + 1)
# By k, the inertia of KMeans(k, n_init=50, random_state=0) of scikit-learn, with the
# default features: written down because it takes eight minutes.
BEST_OF_FIFTY = {
    **{2: 464_188.3, 3: 375_586.3, 4: 308_592.7, 5: 266_483.5, 6: 246_000.5},
    **{7: 228_479.5, 8: 214_102.0, 9: 201_734.5, 10: 192_199.0},
}


@pytest.fixture(scope="module")
def points(real_database):
    with duckdb.connect(str(real_database), read_only=True) as connection:
        return connection.sql(
            "select * from intermediate.int_fit_features order by customer_unique_id"
        ).df()


def test_no_fit_is_worse_than_fifty_full_starts_of_scikit_learn(real_database):
    found = dict(
        rows(real_database, "select k, inertia from segment_k_candidates order by k")
    )
    assert list(found) == list(BEST_OF_FIFTY)
    for k, best in BEST_OF_FIFTY.items():
        assert found[k] <= best + 0.1, k


def test_swaps_find_the_best_fit_where_starts_and_neighbours_miss_it(real_database):
    columns = "recency_days, installments, category_count"
    with duckdb.connect(str(real_database), read_only=True) as connection:
        raw = connection.sql(
            f"select {columns} from customer_features order by customer_unique_id"
        ).df()
    raw = raw.astype(float).fillna(raw.median())
    raw = raw.clip(upper=raw.quantile(0.995), axis=1)
    raw.iloc[:, 1:] = np.log1p(raw.iloc[:, 1:])
    array = ((raw - raw.mean()) / raw.std(ddof=0)).to_numpy().round(12)
    centroids = fit_centroids(array, KS, seed=42, **FIT)[9]
    inertia = np.square(array - centroids[nearest(array, centroids)]).sum()
    assert inertia <= 1.001 * 25_446.9  # the best of 100 starts of scikit-learn


def test_the_chosen_segments_are_stable_and_of_use(real_database):
    ((lowest, smallest),) = rows(
        real_database,
        "select stability_min_ari, smallest_segment_share from segment_k_candidates "
        "where is_chosen",
    )
    assert lowest >= 0.90
    assert smallest >= 0.02


def test_every_segment_is_found_again_in_bootstrap_refits(real_database):
    # The figures of the doc block segment_band; another seed moves them by up to 0.003.
    found = rows(
        real_database,
        "select customer_count, band, jaccard_mean, jaccard_min, uncertain_share "
        "from segment_stability join segments using (segment_id) order by 1",
    )
    counts, bands, means, lowest, uncertain = zip(*found, strict=True)
    assert counts == (2_801, 12_332, 21_138, 21_328, 35_759)
    assert set(bands) == {"highly stable"}
    assert means == pytest.approx((1, 0.994, 0.992, 0.990, 0.993), abs=0.003)
    assert min(lowest) > 0.96
    assert np.average(uncertain, weights=counts) == pytest.approx(0.007, abs=0.002)


def test_eleven_rules_give_nine_of_ten_customers_their_segment(real_database):
    # The figures of DECISIONS.md.
    ((rules, agreement),) = rows(
        real_database,
        "select count(*), round(sum(member_count) / sum(customer_count), 3) "
        "from segment_rules",
    )
    assert (rules, agreement) == (11, 0.909)
    assert rows(
        real_database,
        "select condition, words, segment_precision, segment_recall "
        "from segment_rules where segment_key = 'repeat_buyers'",
    ) == [("order_count >= 2", "at least 2 orders", 1, 1)]
    ((worst_precision, worst_recall),) = rows(
        real_database,
        "select min(segment_precision), min(segment_recall) from segment_rules",
    )
    assert min(worst_precision, worst_recall) > 0.84


def test_every_segment_stands_out_in_two_numbers_at_least(real_database):
    with duckdb.connect(str(real_database), read_only=True) as connection:
        customers = connection.sql("select * from customer_segments").df()
        names = connection.sql("select feature from feature_statistics").fetchall()
    numbers = customers[[name for (name,) in names]].astype(float)
    means = numbers.groupby(customers["segment_id"]).mean()
    distance = (means - numbers.mean()).abs() / numbers.std(ddof=0)
    assert ((distance >= 0.5).sum(axis=1) >= 2).all()


@pytest.mark.parametrize(
    ("seed", "k_range"), [(1, (2, 7)), (7, (3, 11))], ids=["seed 1", "seed 7"]
)
def test_another_seed_and_range_give_the_same_k_and_the_same_people(
    real_database, points, seed, k_range
):
    array = points.drop(columns="customer_unique_id").to_numpy()
    candidates, labels = measure(
        array,
        *k_range,
        fit={"seed": seed, **FIT},
        refit={"seed": seed, **REFIT},
        refits=VARS["refits"],
    )
    chosen = choose_k(candidates, **RULE).query("is_chosen")["k"].item()
    by_default = rows(
        real_database,
        "select k, segment_id from customer_segments join segment_models "
        "using (model_id) order by customer_unique_id",
    )
    assert chosen == by_default[0][0]
    segments = [segment for _, segment in by_default]
    assert adjusted_rand_score(segments, labels[chosen]) >= 0.98


def test_a_refit_with_another_seed_a_month_earlier_gives_the_same_people_the_same_key(
    real_dir, real_database, tmp_path
):
    database = Path(shutil.copy(real_database, tmp_path))
    set_day(database, datetime.date(2018, 9, 17))
    build(
        *(*NO_TESTS, "--select", "int_as_of+,+customer_segments"),
        *("--exclude", "int_as_of", "data_quality"),
        raw_dir=real_dir,
        database=database,
        target="dev",
        # No more of those: they do not decide about k or labels.
        variables={"seed": 7, "bootstrap_refits": 2},
    )
    keys = "select distinct segment_key from customer_segments order by 1"
    assert rows(database, keys) == rows(real_database, keys)
    labels = "select customer_unique_id, segment_key from customer_segments"
    before, now = dict(rows(database, labels)), dict(rows(real_database, labels))
    same = [before[customer] == now[customer] for customer in before]
    assert len(same) > 93_000
    assert np.mean(same) > 0.999
