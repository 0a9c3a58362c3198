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
from conftest import ROOT, build
from olist_segments.parity import compare, render

if importlib.util.find_spec("pyspark") is None or not shutil.which("java"):
    pytest.skip(
        "Spark is not installed: `make .venv/spark`, with Java 17",
        allow_module_level=True,
    )

NO_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
# For little data in little time.
SETTINGS = {
    "spark.master": "local[2]",
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "1",
}


def spark_build(*words, raw_dir, folder, variables=None, settings=None) -> Path:
    """Build on Spark in a process of its own; return the folder or fail."""
    command = [sys.executable, "-m", "olist_segments", "build", "--target", "spark"]
    for name, value in {**SETTINGS, **(settings or {})}.items():
        command += ["--conf", f"{name}={value}"]
    command += ["--", *words, "--vars", json.dumps(variables or {})]
    command += ["--target-path", str(folder / "target")]
    command += ["--log-path", str(folder / "logs")]
    environment = {
        **os.environ,
        "OLIST_RAW_DIR": str(raw_dir),
        "OLIST_DB": str(folder),
        "PYTHONPATH": str(ROOT / "python"),
    }
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout[-5000:] + result.stderr[-5000:]
    return folder


@pytest.fixture(scope="module")
def spark_folder(demo_dir, tmp_path_factory) -> Path:
    """Return a folder of tables built by Spark from the synthetic orders."""
    folder = tmp_path_factory.mktemp("spark") / "it's built"
    return spark_build(*NO_TESTS, raw_dir=demo_dir, folder=folder)


def test_every_table_is_the_same_in_both_engines(demo_database, spark_folder):
    parity = compare(ROOT, demo_database, spark_folder)
    assert [one.table for one in parity.tables if not one.is_equal] == [], render(
        parity
    )
    assert len(parity.tables) > 80
    assert parity.is_met
    assert parity.same_label_share == 1


def test_a_build_leaves_nothing_in_the_root_of_the_project(spark_folder):
    left = {"metastore_db", "derby.log", "spark-warehouse", "artifacts"}
    assert not left & {path.name for path in ROOT.iterdir()}


def test_lines_that_cannot_be_read_are_the_same_in_both_engines(demo_dir, tmp_path):
    raw_dir = Path(shutil.copytree(demo_dir, tmp_path / "spoiled"))
    spoil_lines(raw_dir)
    options = {
        "raw_dir": raw_dir,
        "variables": {
            "as_of_date": "2018-10-17",
            "max_rejected_share": 1,
            "max_defect_share": 1,
        },
    }
    words = ("--select", "+data_quality", "+reconciliation", *NO_TESTS)
    database = build(*words, database=tmp_path / "spoiled.duckdb", **options)
    folder = spark_build(*words, folder=tmp_path / "spark", **options)
    with duckdb.connect(str(database), read_only=True) as connection:
        for table in ("rejected_rows", "data_quality", "reconciliation"):
            path = folder / "tables" / "main.db" / table / "*.parquet"
            names = ", ".join(
                name
                for (name,) in connection.sql(
                    f"select column_name from (describe {table})"
                ).fetchall()
            )
            query = f"select {names} from {{}} order by all"
            expected = connection.sql(query.format(table)).fetchall()
            found = connection.sql(query.format(f"read_parquet('{path}')")).fetchall()
            assert found == expected
            assert len(found) > 5
