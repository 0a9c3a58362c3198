"""The same models on Spark give the same tables."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from bad_data import spoil_lines
from conftest import NO_TESTS, ROOT, WITH_JSON, build
from olist_segments.spark.parity import compare, render

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("pyspark") is None or not shutil.which("java"),
        reason="Spark is not installed: `make .venv/spark`, with Java 17",
    ),
]

CHECKS = ["--select", "+data_quality", "+reconciliation", *NO_TESTS]
HISTORY = ["--select", "+customer_segment_history", *NO_TESTS]
SPOILED = {"as_of_date": "2018-10-17", "max_rejected_share": 1, "max_defect_share": 1}
PAST = {"as_of_date": "2018-03-31"}
# For little data in little time.
SETTINGS = ["spark.master=local[2]", "spark.driver.memory=2g"]
SETTINGS += ["spark.sql.shuffle.partitions=1"]
# Half the CPU time: the second compiler is not worth its price for so little data, but
# the first one alone has room for too little code by default.
JAVA = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC"
# Starts Spark once: checks of spoiled files, a past day, the present with a new fit.
DRIVER = """
import json, os, shutil, sys
from pathlib import Path
import numpy as np
from olist_segments.cli import main
from olist_segments.fit.clustering import fit_centroids, nearest
from olist_segments.fit.frames import read_points
from olist_segments.spark.session import open_session
from olist_segments.spark.fit import iterate_on_all

folder, settings, steps = Path(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3]
for step in json.loads(steps):
    os.environ["OLIST_RAW_DIR"] = step["raw_dir"]
    conf = [word for one in settings for word in ("--conf", one)]
    build = ["build", "--target", "spark", *conf, "--", *step["words"]]
    build += ["--target-path", str(folder / "target")]
    build += ["--log-path", str(folder / "logs")]
    assert main([*build, "--vars", json.dumps(step["variables"])]) == 0
    for table in step["keep"]:
        shutil.copytree(folder / "tables/main.db" / table, folder / "kept" / table)

customers = open_session(folder).table("intermediate.int_fit_features")
names, points = read_points(customers)
_, some = read_points(customers, 1000)
start = fit_centroids(some, [3, 5], seed=1, n_init=1, sample_size=500)
gaps = []
for k, centroids in iterate_on_all(customers, names, some, start).items():
    labels = nearest(points, centroids)
    means = np.array([points[labels == i].mean(axis=0) for i in range(k)])
    gaps.append(float(np.abs(means - centroids).max()))
print(json.dumps({"read": len(some), "gaps": gaps}))
"""


@pytest.fixture(scope="session")
def spoiled_dir(demo_dir, once) -> Path:
    """Return a folder with a spoiled line for every case."""

    def make(folder: Path) -> None:
        shutil.copytree(demo_dir, folder)
        spoil_lines(folder)

    return once("spoiled", make)


@pytest.fixture(scope="session")
def on_spark(demo_dir, spoiled_dir, once) -> tuple[Path, dict]:
    """Return a folder with what Spark has built, and what the driver has found."""
    checks = ["rejected_rows", "data_quality", "reconciliation"]
    steps = [
        {"raw_dir": spoiled_dir, "words": CHECKS, "variables": SPOILED, "keep": checks},
        {"raw_dir": demo_dir, "words": HISTORY, "variables": PAST, "keep": []},
        {
            "raw_dir": demo_dir,
            "words": ["--full-refresh", *NO_TESTS],
            "variables": {},
            "keep": [],
        },
    ]

    def make(work: Path) -> None:
        work.mkdir()
        folder = work / "it's built"
        result = subprocess.run(
            [
                *(sys.executable, "-c", DRIVER, str(folder), json.dumps(SETTINGS)),
                json.dumps(steps, default=str),
            ],
            cwd=ROOT,
            env={
                **os.environ,
                "OLIST_DB": str(folder),
                "PYTHONPATH": str(ROOT / "python"),
                "JDK_JAVA_OPTIONS": JAVA,
            },
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stdout[-5000:] + result.stderr[-5000:]
        found = result.stdout.splitlines()[-1]
        (work / "found.json").write_text(found, encoding="utf-8")

    work = once("spark", make)
    return work / "it's built", json.loads((work / "found.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def on_duckdb(demo_dir, once) -> Path:
    """Return a database of the same past day and present."""

    def make(work: Path) -> None:
        options = {"raw_dir": demo_dir, "database": work / "demo.duckdb"}
        build(*HISTORY, **options, variables=PAST)
        build("--full-refresh", *NO_TESTS, **options, settings=WITH_JSON)

    return once("duckdb", make) / "demo.duckdb"


def test_every_table_is_the_same_in_both_engines(on_duckdb, on_spark):
    parity = compare(ROOT, on_duckdb, on_spark[0])
    differing = [one.table for one in parity.tables if not one.is_equal]
    assert differing == [], render(parity)
    manifest = json.loads((on_duckdb.parent / "target" / "manifest.json").read_text())
    stored = {
        f"{node['schema']}.{node['name']}"
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "snapshot")
        and node["config"]["materialized"] != "view"
    }
    assert stored <= {one.table for one in parity.tables}
    assert parity.is_met
    assert parity.same_label_share == 1


def test_both_models_and_both_days_are_kept(on_spark):
    tables = on_spark[0] / "tables"
    with duckdb.connect() as connection:
        ((models, days),) = connection.execute(
            "select (select count(*) from read_parquet(?)), "
            "(select count(distinct dbt_valid_from) from read_parquet(?))",
            [
                str(tables / "main.db" / "segment_models" / "*.parquet"),
                str(tables / "intermediate.db" / "customer_segment_history/*.parquet"),
            ],
        ).fetchall()
    assert (models, days) == (2, 2)


def test_lines_that_cannot_be_read_are_the_same_in_both_engines(
    spoiled_dir, on_spark, tmp_path
):
    database = tmp_path / "demo.duckdb"
    build(*CHECKS, raw_dir=spoiled_dir, database=database, variables=SPOILED)
    for path in (on_spark[0] / "kept").iterdir():
        files = str(path / "*.parquet").replace("'", "''")
        with duckdb.connect(str(database), read_only=True) as connection:
            names = ", ".join(connection.table(path.name).columns)
            query = f"select {names} from {{}} order by all"
            expected = connection.sql(query.format(path.name)).fetchall()
            found = connection.sql(query.format(f"read_parquet('{files}')")).fetchall()
        # A line that differs may be as long as a book.
        differing = [str(one)[:300] for one in set(expected) ^ set(found)]
        assert differing == []
        assert len(found) == len(expected) > 5


def test_mllib_iterates_on_all_customers_until_centroids_are_means(on_spark):
    found = on_spark[1]
    assert found["read"] == 1000
    assert max(found["gaps"]) < 1e-8


def test_a_build_leaves_nothing_in_the_root_of_the_project(on_spark):
    left = {"metastore_db", "derby.log", "spark-warehouse", "artifacts"}
    assert not left & {path.name for path in ROOT.iterdir()}
