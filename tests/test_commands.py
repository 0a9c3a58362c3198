"""The commands that the README names, run in a copy of the project."""

import os
import subprocess
import sys
import zipfile

from conftest import ROOT, rows
from olist_segments.cli import QUERIES


def run(*words, cwd, **environment):
    cleaned = {k: v for k, v in os.environ.items() if not k.startswith("OLIST_")}
    return subprocess.run(
        [sys.executable, "-m", "olist_segments", *words],
        cwd=cwd,
        env={**cleaned, "PYTHONPATH": str(cwd / "python"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_build_without_data_says_that_it_is_synthetic(project_copy):
    result = run("build", cwd=project_copy)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "SYNTHETIC" in result.stdout
    assert str(project_copy / "olist_demo.duckdb") in result.stdout
    assert not (project_copy / "olist_segments.duckdb").exists()
    for (name,) in rows(
        project_copy / "olist_demo.duckdb", "select segment_name from segments"
    ):
        assert name in result.stdout
    for query in QUERIES.values():
        assert query in result.stdout
        answer = run("query", query, cwd=project_copy)
        assert answer.returncode == 0, answer.stderr
        assert "│" in answer.stdout

    report = run("report", cwd=project_copy)
    assert report.returncode == 0, report.stdout + report.stderr
    page = (project_copy / "site" / "report.html").read_text(encoding="utf-8")
    assert "Demo data." in page

    docs = run("docs", cwd=project_copy)
    assert docs.returncode == 0, docs.stdout + docs.stderr
    page = (project_copy / "site" / "index.html").read_text(encoding="utf-8")
    assert "turn_on_tracking:function(){return;" in page
    assert 'rel="icon"' not in page


def test_an_archive_in_data_raw_is_built_as_real_data(project_copy, demo_dir):
    with zipfile.ZipFile(project_copy / "data" / "raw" / "archive.zip", "w") as archive:
        for path in demo_dir.glob("*.csv"):
            archive.write(path, path.name)
    result = run("build", "--", "--select", "+orders", cwd=project_copy)
    database = project_copy / "olist_segments.duckdb"
    assert rows(database, "select count(*) from orders") == [(5000,)]
    assert "SYNTHETIC" not in result.stdout


def test_the_folder_and_the_database_can_be_named(project_copy, demo_dir, tmp_path):
    database = tmp_path / "other place.duckdb"
    result = run(
        "build",
        "--",
        "--select",
        "+orders",
        cwd=project_copy / "python",
        PYTHONPATH=str(project_copy / "python"),
        OLIST_RAW_DIR=os.path.relpath(demo_dir, project_copy / "python"),
        OLIST_DB=str(database),
    )
    assert "Building on the files in" in result.stdout
    assert rows(database, "select count(*) from orders") == [(5000,)]


def test_what_cannot_be_done_is_said_in_one_sentence(project_copy, tmp_path):
    for words, sentence in [
        (["summary"], "run `make build` first"),
        (["build", "--target", "dev"], "none of the files is in"),
        (["demo-data", "--orders", "3"], "orders is 3"),
        (["demo-data", "--planted", "9"], "planted is 9"),
    ]:
        result = run(*words, cwd=project_copy)
        assert result.returncode == 2
        assert sentence in result.stderr
        assert "Traceback" not in result.stderr

    (project_copy / "data" / "raw" / "olist_orders_dataset.csv").write_text("a;b\n")
    result = run("build", cwd=project_copy)
    assert result.returncode == 2
    assert "olist_customers_dataset.csv is missing from" in result.stderr
    assert "olist_orders_dataset.csv has none of its columns" in result.stderr
    assert "Running with dbt" not in result.stdout

    outside = run("summary", cwd=tmp_path, PYTHONPATH=str(ROOT / "python"))
    assert "not inside the project" in outside.stderr
