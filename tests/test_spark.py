"""The same models on Spark give the same tables."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import duckdb
import pytest
import yaml
from bad_data import spoil_lines
from conftest import NO_TESTS, ROOT, WITH_JSON, build, rows
from olist_segments.spark.parity import compare, render
from shop_files import orders, write_online_retail

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("pyspark") is None or not shutil.which("java"),
        reason="Spark is not installed: `make .venv/spark`, with Java 17",
    ),
]

PROJECT = yaml.safe_load((ROOT / "dbt_project.yml").read_text("utf-8"))
# Each pass of a loop over k or features writes the same SQL: a few show all there is.
FEW = {"k_max": 6, "further_features": PROJECT["vars"]["further_features"][:2]}
CHECKS = ["data_quality", "reconciliation", "rejected_rows"]
DEFECTS_ALLOWED = {"max_rejected_share": 1, "max_defect_share": 1}
# Spoiled files as of a past day, with which a history begins; then good files as of
# their last day, with a new fit, but still the checks of the spoiled ones; then a shop.
STEPS = {
    "past": {
        "words": ["--select", "+customer_segment_history", *(f"+{c}" for c in CHECKS)],
        "variables": {**FEW, **DEFECTS_ALLOWED, "as_of_date": "2018-06-30"},
    },
    "present": {"words": ["--full-refresh", "--exclude", *CHECKS], "variables": FEW},
    "online_retail": {
        "words": ["--select", "+rejected_rows", "+order_lines", "+orders"],
        "variables": {**DEFECTS_ALLOWED, "shop": "online_retail"},
    },
}
# For little data in little time.
SETTINGS = ["spark.master=local[2]", "spark.driver.memory=2g"]
SETTINGS += ["spark.sql.shuffle.partitions=1"]
# Half the CPU time: the second compiler is not worth its price for so little data, but
# the first one alone has room for too little code by default.
JAVA = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC"
# Starts Spark once, and keeps the tables that there are after every step.
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
for name, step in json.loads(steps).items():
    os.environ["OLIST_RAW_DIR"] = step["raw_dir"]
    conf = [word for one in settings for word in ("--conf", one)]
    build = ["build", "--target", "spark", *conf, "--", *step["words"]]
    build += ["--target-path", str(folder / "target")]
    build += ["--log-path", str(folder / "logs")]
    assert main([*build, "--vars", json.dumps(step["variables"])]) == 0
    shutil.copytree(folder / "tables", folder.with_name(name) / "tables")

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
def shop_dir(once) -> Path:
    """Return a folder with one flat file: returns, guests and lines without sense."""

    def make(folder: Path) -> None:
        folder.mkdir()
        write_online_retail(folder, orders(count=300, people=100))

    return once("it's flat", make)


@pytest.fixture(scope="session")
def on_spark(demo_dir, spoiled_dir, shop_dir, once) -> tuple[Path, dict]:
    """Return the folder of what Spark has built, and what the driver has found."""
    folders = [str(spoiled_dir), str(demo_dir), str(shop_dir)]
    steps = {
        name: {**step, "words": [*step["words"], *NO_TESTS], "raw_dir": folder}
        for (name, step), folder in zip(STEPS.items(), folders, strict=True)
    }

    def make(work: Path) -> None:
        work.mkdir()
        folder = work / "it's built"
        result = subprocess.run(
            [
                *(sys.executable, "-c", DRIVER, str(folder), json.dumps(SETTINGS)),
                json.dumps(steps),
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
    return work, json.loads((work / "found.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def on_duckdb(demo_dir, spoiled_dir, once) -> Path:
    """Return a database of the same past day and present."""

    def make(work: Path) -> None:
        for name, raw_dir in (("past", spoiled_dir), ("present", demo_dir)):
            words, variables = STEPS[name].values()
            database = work / "demo.duckdb"
            build(
                *(*words, *NO_TESTS),
                raw_dir=raw_dir,
                database=database,
                variables=variables,
                settings=WITH_JSON,
            )

    return once("duckdb", make) / "demo.duckdb"


def unlike(database: Path, folder: Path, tables: list[tuple[str, str]]) -> dict:
    """Return the rows that only one of two builds has, by table."""
    found = {}
    for schema, table in tables:
        files = folder / "tables" / f"{schema}.db" / table / "*.parquet"
        files = "'" + str(files).replace("'", "''") + "'"
        with duckdb.connect(str(database), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            columns = ", ".join(connection.table(f"{schema}.{table}").columns)
            one, other = (
                Counter(
                    str(row)
                    for row in connection.sql(
                        f"select {columns} from {relation}"
                    ).fetchall()
                )
                for relation in (f"{schema}.{table}", f"read_parquet({files})")
            )
        # A line that differs may be as long as a book.
        differing = (one - other) + (other - one)
        if differing:
            found[table] = [one[:300] for one in differing]
    return found


def test_every_table_is_the_same_in_both_engines(on_duckdb, on_spark):
    parity = compare(ROOT, on_duckdb, on_spark[0] / "present")
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
    tables = on_spark[0] / "present" / "tables"
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


def test_lines_that_cannot_be_read_are_the_same_in_both_engines(on_duckdb, on_spark):
    tables = [("main", name) for name in CHECKS]
    assert unlike(on_duckdb, on_spark[0] / "present", tables) == {}
    for _, name in tables:
        assert len(rows(on_duckdb, f"from {name}")) > 5


def test_a_shop_with_one_flat_file_is_the_same_in_both_engines(
    shop_dir, on_spark, tmp_path
):
    words, variables = STEPS["online_retail"].values()
    database = build(
        *(*words, *NO_TESTS),
        raw_dir=shop_dir,
        database=tmp_path / "online_retail.duckdb",
        target="dev",
        variables=variables,
    )
    tables = rows(
        database,
        "select schema_name, table_name from duckdb_tables() "
        "where schema_name in ('main', 'intermediate', 'staging')",
    )
    assert {("staging", "stg_lines"), ("main", "rejected_rows")} < set(tables)
    assert unlike(database, on_spark[0] / "online_retail", tables) == {}
    # Returns and guests are among the orders, and four lines cannot be read.
    assert rows(
        database,
        "select count(*) filter (where is_return) > 0, "
        "count(*) filter (where customer_id is null) > 0, "
        "(select count(*) from rejected_rows) from staging.stg_orders",
    ) == [(True, True, 4)]


def test_mllib_iterates_on_all_customers_until_centroids_are_means(on_spark):
    found = on_spark[1]
    assert found["read"] == 1000
    assert max(found["gaps"]) < 1e-8


def test_a_build_leaves_nothing_in_the_root_of_the_project(on_spark):
    left = {"metastore_db", "derby.log", "spark-warehouse", "artifacts"}
    assert not left & {path.name for path in ROOT.iterdir()}
