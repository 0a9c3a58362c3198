"""What a build promises, on synthetic orders."""

import csv
import json
import os
import random
import re
import shutil
import subprocess
import sys
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import (
    NO_TESTS,
    NO_UNIT_TESTS,
    ROOT,
    WITH_JSON,
    build,
    dbt,
    differences,
    parse_file,
    rows,
    tables,
)
from olist_segments.demo import write_demo_data
from scipy.stats import entropy, hypergeom
from sklearn.metrics import (
    calinski_harabasz_score,
    davies_bouldin_score,
    silhouette_score,
)

WORDS = {"word": "noun", "high": "lots", "low": "few", "phrase": "things"}
RECENCY = {"name": "recency_days", "transform": "none", "clip_quantile": 1, **WORDS}


def results(database):
    """Return the nodes that the last build of a database has built or tested."""
    text = (database.parent / "target" / "run_results.json").read_text("utf-8")
    return {one["unique_id"] for one in json.loads(text)["results"]}


def shuffled(source, folder):
    """Copy the nine files with their rows in another order."""
    folder.mkdir()
    for path in source.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as opened:
            header, *lines = csv.reader(opened)
        random.Random(7).shuffle(lines)
        with (folder / path.name).open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows([header, *lines])
    return folder


def test_new_files_are_no_reason_to_parse_the_project_again(demo_dir, tmp_path):
    options = {"raw_dir": tmp_path, "database": tmp_path / "demo.duckdb"}
    settings = {"DBT_LOG_LEVEL_FILE": "debug"}
    result = dbt("ls", "--resource-type", "seed", settings=settings, **options)
    assert result.returncode == 0, result.stdout
    log = (tmp_path / "logs" / "dbt.log").read_text("utf-8")
    assert "no changes found, skipping parsing" in log


def test_every_order_and_customer_is_there(demo_database):
    ((orders, lines, labelled, excluded, customers),) = rows(
        demo_database,
        "select (select count(*) from orders), "
        "(select count(distinct order_id) from order_lines), "
        "(select count(*) from customer_segments), "
        "(select count(*) from excluded_customers), (select count(*) from customers)",
    )
    assert orders == lines == 5_000
    assert labelled + excluded == customers


def test_segments_have_names_of_their_own_without_numbers(demo_database):
    names = [
        name for (name,) in rows(demo_database, "select segment_name from segments")
    ]
    assert len(set(names)) == len(names) >= 2
    assert not any(character.isdigit() for name in names for character in name)


def test_tools_with_duckdb_1_4_can_read_the_database(demo_database):
    ((version,),) = rows(
        demo_database,
        "select tags['storage_version'] from duckdb_databases() where not internal",
    )
    assert version == "v1.4.0+"


def test_a_table_of_a_small_shop_can_be_read_by_several_threads(demo_database):
    table = "staging.stg_geolocation"
    ((points,),) = rows(demo_database, f"select count(*) from {table}")
    ((row_groups,),) = rows(
        demo_database,
        f"select count(distinct row_group_id) from pragma_storage_info('{table}')",
    )
    assert points < 122_880  # what DuckDB puts into one, for one thread
    assert row_groups > 1


def test_zip_prefixes_keep_their_leading_zeros(demo_database):
    ((shortest, with_zero),) = rows(
        demo_database,
        "select min(length(zip_code_prefix)), "
        "count(*) filter (where zip_code_prefix like '0%') from customers",
    )
    assert shortest == 5
    assert with_zero > 0


def test_the_byte_order_mark_is_no_part_of_a_category(demo_database):
    ((translated,),) = rows(
        demo_database,
        "select count(*) from order_lines where category != category_english",
    )
    assert translated > 0


def test_every_customer_fulfils_the_one_rule_whose_numbers_count_them(demo_database):
    with duckdb.connect(str(demo_database), read_only=True) as connection:
        features = connection.sql("from customer_features order by customer_unique_id")
        labels = connection.sql(
            "select segment_id from customer_segments order by customer_unique_id"
        ).df()["segment_id"]
        rules = connection.sql(
            "from segment_rules order by segment_id, rule_number"
        ).df()
        named = np.array(
            [
                features.project(f"coalesce({one}, false)").fetchnumpy().popitem()[1]
                for one in rules["condition"]
            ]
        )
    assert (named.sum(axis=0) == 1).all()
    assert set(rules["segment_id"]) == set(labels)
    for rule, customers in zip(rules.to_dict("records"), named, strict=True):
        members = labels == rule["segment_id"]
        whole = named[rules["segment_id"] == rule["segment_id"]].any(axis=0)
        assert rule["customer_count"] == customers.sum() > 0
        assert rule["member_count"] == (customers & members).sum()
        assert rule["member_share"] == pytest.approx(members[customers].mean())
        assert rule["segment_precision"] == pytest.approx(members[whole].mean())
        assert rule["segment_recall"] == pytest.approx(whole[members].mean())
        assert rule["segment_agreement"] == pytest.approx((whole == members).mean())
    assert rules["member_count"].sum() / rules["customer_count"].sum() > 0.85


@pytest.mark.parametrize("k", [2, 5, 10])
def test_scores_in_sql_equal_scikit_learn(demo_database, k):
    with duckdb.connect(str(demo_database), read_only=True) as connection:
        table = connection.sql(
            "select points.* exclude (customer_unique_id), cluster_id, silhouette "
            "from intermediate.int_scaled_features as points "
            "join intermediate.int_candidate_assignments as labels "
            f"using (customer_unique_id) where k = {k} order by customer_unique_id"
        ).df()
        ((silhouette, inertia, davies, calinski),) = connection.sql(
            "select silhouette, inertia, davies_bouldin, calinski_harabasz "
            f"from segment_k_candidates where k = {k}"
        ).fetchall()
    labels = table.pop("cluster_id").to_numpy()
    own = table.pop("silhouette").to_numpy()
    points = table.to_numpy()
    centers = np.array([points[labels == i].mean(axis=0) for i in np.unique(labels)])
    expected = silhouette_score(points, labels, metric="sqeuclidean")
    assert silhouette == pytest.approx(expected, abs=1e-9)
    assert own.mean() == pytest.approx(expected, abs=1e-9)
    assert inertia == pytest.approx(np.square(points - centers[labels - 1]).sum())
    assert davies == pytest.approx(davies_bouldin_score(points, labels))
    assert calinski == pytest.approx(calinski_harabasz_score(points, labels))


def test_stability_and_certainty_in_sql_equal_those_of_numpy(demo_database):
    with duckdb.connect(str(demo_database), read_only=True) as connection:
        customers = connection.sql(
            "select points.* exclude (customer_unique_id), labels.segment_id, "
            "labels.certainty from intermediate.int_scaled_features as points "
            "join customer_segments as labels using (customer_unique_id)"
        ).df()
        refits = connection.sql(
            "pivot intermediate.int_refit_centroids on feature "
            "using first(scaled_value) group by refit, cluster_id"
        ).df()
        stability = connection.sql("from segment_stability order by segment_id").df()
        shares = connection.sql(
            "select uncertain_share from segments order by segment_id"
        ).df()
    segment, certainty = customers.pop("segment_id"), customers.pop("certainty")
    jaccards, found = [], []
    for _, centroids in refits.sort_values(["refit", "cluster_id"]).groupby("refit"):
        gaps = centroids[customers.columns].to_numpy()[:, None] - customers.to_numpy()
        cluster = np.square(gaps).sum(axis=2).argmin(axis=0)
        both = pd.crosstab(segment, cluster)
        either = -both.sub(both.sum(axis=1), axis=0).sub(both.sum(axis=0), axis=1)
        jaccard = both / either
        jaccards.append(jaccard.max(axis=1))
        found.append(segment.map(jaccard.idxmax(axis=1)) == cluster)
    jaccards = pd.DataFrame(jaccards)
    assert len(jaccards) == 50
    assert (stability["refits"] == 50).all()
    np.testing.assert_allclose(stability["jaccard_mean"], jaccards.mean(), atol=1e-9)
    np.testing.assert_allclose(stability["jaccard_min"], jaccards.min(), atol=1e-9)
    np.testing.assert_allclose(stability["found_share"], (jaccards >= 0.75).mean())
    np.testing.assert_allclose(certainty, np.mean(found, axis=0), atol=1e-9)
    uncertain = np.mean(found, axis=0) < 0.8 - 1e-9
    np.testing.assert_allclose(
        shares["uncertain_share"], pd.Series(uncertain).groupby(segment).mean()
    )
    assert 0 < certainty.min() < 1


def test_segments_come_from_the_clusters_at_one_k_less(demo_database):
    flows, sizes = (
        dict(rows(demo_database, query))
        for query in (
            "select (k, cluster_id), sum(customer_count) from segment_flows group by 1",
            "select (k, cluster_id), count(*) "
            "from intermediate.int_candidate_assignments group by 1",
        )
    )
    last = max(k for k, _ in sizes)
    assert flows == {key: size for key, size in sizes.items() if key[0] < last}
    counted = rows(
        demo_database,
        "select labels.segment_id, before.cluster_id, count(*) "
        "from customer_segments as labels "
        "join segment_models as models on labels.model_id = models.model_id "
        "join intermediate.int_candidate_assignments as before "
        "on before.customer_unique_id = labels.customer_unique_id "
        "and before.k = models.k - 1 group by all",
    )
    table = pd.DataFrame(counted, columns=["segment_id", "source", "count"])
    shares = table.pivot(index="segment_id", columns="source", values="count")
    shares = shares.div(shares.sum(axis=1), axis=0)
    found = rows(
        demo_database,
        "select segment_id, slsa, main_source_cluster_id, main_source_share "
        "from segment_stability order by segment_id",
    )
    for segment_id, slsa, source, share in found:
        own = shares.loc[segment_id].dropna()
        expected = 1 - entropy(own) / np.log(shares.shape[1])
        assert slsa == pytest.approx(expected, abs=1e-9)
        assert (source, share) == (own.idxmax(), pytest.approx(own.max()))


@pytest.mark.parametrize(
    ("table", "value", "unit"),
    [
        ("segment_by_state", "state", "customer_count"),
        ("segment_by_month", "purchase_month", "order_count"),
        ("segment_by_category", "category", "line_count"),
    ],
)
def test_z_scores_are_those_of_a_hypergeometric_draw(demo_database, table, value, unit):
    counted = rows(
        demo_database,
        f"select {unit}, sum({unit}) over (partition by segment_id), "
        f"sum({unit}) over (partition by {value}), sum({unit}) over (), z_score "
        f"from {table}",
    )
    found, size, of_value, total, z_score = np.array(counted, dtype=float).T
    draw = hypergeom(total, of_value, size)
    expected = (found - draw.mean()) / draw.std()
    np.testing.assert_allclose(z_score, expected, atol=0.00501)
    assert z_score.min() < -2 < 2 < z_score.max()


def test_building_twice_into_one_database_changes_nothing(
    demo_dir, demo_database, tmp_path
):
    database = tmp_path / "demo.duckdb"
    shutil.copy(demo_database, database)
    build(*NO_TESTS, raw_dir=demo_dir, database=database)
    assert differences(demo_database, database) == []


@pytest.mark.slow
def test_three_scripts_on_shuffled_files_with_one_thread_do_what_one_build_does(
    demo_dir, demo_database, tmp_path
):
    readme = (ROOT / "README.md").read_text("utf-8")
    steps = re.findall(r"^dbt build (--select .*?) +# (\w+)$", readme, re.MULTILINE)
    assert [script for _, script in steps] == ["preprocess", "train", "label_data"]
    settings = dict(re.findall(r"^export (DBT_\w+)=(\w+)$", readme, re.MULTILINE))
    settings |= {
        **WITH_JSON,
        "OLIST_THREADS": "1",
        "OLIST_MEMORY_LIMIT": "150MB",
        "OLIST_TEMP_DIR": str(tmp_path / "spilled"),
    }
    done = set()
    folder = shuffled(demo_dir, tmp_path / "shuffled")
    options = {"raw_dir": folder, "database": tmp_path / "demo.duckdb"}
    for words, _ in steps:
        done |= results(build(*words.split(), settings=settings, **options))
    reads_no_table = {"test.olist_segments.assert_macros_mean_the_same_in_both_engines"}
    assert done | reads_no_table == results(demo_database)
    assert len(tables(demo_database)) > 40
    assert tables(options["database"]) == tables(demo_database)
    assert not differences(options["database"], demo_database)


@pytest.mark.slow
def test_a_table_that_cannot_be_built_anew_stays_as_it_was(
    demo_dir, demo_database, project_copy
):
    database = project_copy / demo_database.name
    shutil.copy(demo_database, database)
    options = {"raw_dir": demo_dir, "database": database, "project": project_copy}
    broken = {  # in the query, in a hook, and in a hook after Python
        "int_items.sql": "select error('broken query') as day",
        "int_order_payments.sql": (
            "{{ config(post_hook=\"select error('broken hook')\") }} "
            "select date '2000-01-01' as day"
        ),
        "int_order_reviews.py": (
            "def model(dbt, session):\n"
            "    dbt.config(post_hook=\"select error('broken after Python')\")\n"
            "    return session.sql(\"select date '2000-01-01' as day\").df()\n"
        ),
    }
    folder = project_copy / "models" / "intermediate"
    names = [name.partition(".")[0] for name in broken]
    kept = {name: rows(database, f"from intermediate.{name}") for name in names}
    for name, text in broken.items():
        (folder / name).with_suffix(".sql").unlink()
        (folder / name).write_text(text, encoding="utf-8")
    result = dbt("run", "--select", *names, **options)
    assert result.returncode == 1
    for said in ("broken query", "broken hook", "broken after Python", "ERROR=3"):
        assert said in result.stdout
    for name in names:
        assert rows(database, f"from intermediate.{name}") == kept[name]
    # What Python has written stays aside until the next run.
    left = set(tables(database)) - set(tables(demo_database))
    assert left <= {("intermediate", "int_order_reviews__dbt_tmp")}

    for name in broken:
        (folder / name).unlink()
        text = "select date '2000-01-01' as day"
        (folder / name).with_suffix(".sql").write_text(text, encoding="utf-8")
    assert dbt("run", "--select", *names, **options).returncode == 0
    for name in names:
        assert rows(database, f"from intermediate.{name}") == [(date(2000, 1, 1),)]
    assert tables(database) == tables(demo_database)


@pytest.mark.slow
def test_a_past_day_a_fixed_k_and_other_features_are_configuration_only(
    demo_dir, tmp_path
):
    distance = {"name": "distance_km", "transform": "log1p", "clip_quantile": 0.9}
    constant = {"name": "order_count", "transform": "none", "clip_quantile": 0.5}
    features = [
        {**RECENCY, "high": "久未光顾", "low": "最近"},
        {**distance, **WORDS, "high": "people who don't live near"},
        {**constant, **WORDS},
    ]
    database = tmp_path / "demo.duckdb"
    result = dbt(
        "build",
        raw_dir=demo_dir,
        database=database,
        variables={"as_of_date": "2018-03-31", "k": 4, "features": features},
    )
    assert result.returncode == 0, result.stdout[-5000:]
    assert "The segments do not depend on order_count: after" in result.stdout
    ((k, names, as_of),) = rows(
        database, "select k, features, as_of_date::varchar from segment_models"
    )
    assert (k, as_of) == (4, "2018-03-31")
    assert names == "recency_days, distance_km"
    assert rows(
        database,
        "select feature, reason from feature_statistics where clipped_values <= 1",
    ) == [
        (
            "order_count",
            "in the list of features, but left out: everybody has the same value "
            "after clipping",
        )
    ]
    selected = rows(
        database, "select feature from feature_statistics where is_selected"
    )
    assert {name for (name,) in selected} == {"recency_days", "distance_km"}
    named = rows(database, "select segment_name, segment_key from segments")
    assert any("最近" in name for name, _ in named)
    assert all(re.fullmatch("[a-z0-9_]+", key) for _, key in named)
    ((last, recency),) = rows(
        database,
        "select (select max(purchased_at) from orders)::varchar, "
        "(select min(recency_days) from customer_features)",
    )
    assert last < "2018-04-01"
    assert recency >= 0


@pytest.mark.slow
@pytest.mark.parametrize("has_reviews_and_places", [True, False])
def test_features_that_the_rule_chooses_are_built_with_every_test(
    demo_dir, tmp_path, has_reviews_and_places
):
    folder, words = demo_dir, ()
    if not has_reviews_and_places:
        folder, words = tmp_path / "sparse", NO_UNIT_TESTS
        write_demo_data(folder, orders=3_000, seed=7)
        for path in (*folder.glob("*reviews*"), *folder.glob("*geolocation*")):
            header, *_ = path.read_text(encoding="utf-8").splitlines(keepends=True)
            path.write_text(header, encoding="utf-8")
    result = dbt(
        "build",
        *words,
        raw_dir=folder,
        database=tmp_path / "demo.duckdb",
        variables={"feature_choice": "auto"},
    )
    assert result.returncode == 0, result.stdout[-5000:]
    assert "refit is due" not in result.stdout
    database = tmp_path / "demo.duckdb"
    taken = {
        name
        for (name,) in rows(
            database, "select feature from feature_statistics where is_taken_by_rule"
        )
    }
    assert ("review_score" in taken) is has_reviews_and_places
    assert "item_count" in taken  # not in the list of features
    assert "tenure_days" not in taken  # nearly the same as recency_days
    assert set(rows(database, "select measure, drift from segment_drift")) == {
        (measure, 0.0) for measure in taken | {"segment", "distance_to_centroid"}
    }


@pytest.mark.slow
def test_paths_start_at_the_project_and_those_of_the_environment_where_dbt_is_run(
    demo_dir, project_copy, tmp_path
):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    shutil.copytree(demo_dir, project_copy / "data" / "demo")
    command = [sys.executable, "-m", "dbt.cli.main", "run", "--target", "demo"]
    command += ["--select", "stg_sellers", "--project-dir", str(project_copy)]
    command += ["--profiles-dir", str(project_copy)]

    def run(**settings):
        path = {"PYTHONPATH": str(ROOT / "python")}
        environment = {**os.environ, **path, **settings}
        result = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True
        )
        assert result.returncode == 0, result.stdout + result.stderr

    run(OLIST_DB="", OLIST_RAW_DIR="")
    assert list(folder.iterdir()) == []
    assert rows(project_copy / "olist_demo.duckdb", "from staging.stg_sellers")

    (folder / "files").symlink_to(demo_dir)
    parsed = parse_file(folder / "demo.duckdb")
    run(
        OLIST_DB="demo.duckdb",
        OLIST_RAW_DIR="files",
        DBT_PARTIAL_PARSE_FILE_PATH=str(parsed),
    )
    assert rows(folder / "demo.duckdb", "from staging.stg_sellers")


def test_dbt_has_nothing_to_warn_of(parsed):
    code, printed = parsed
    assert code == 0, printed
    assert "deprecat" not in printed.lower()
