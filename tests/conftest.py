"""Builds that several tests look at, each made once."""

import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
import shop_files
from browser import launched
from olist_segments.cli import main
from olist_segments.demo import write_demo_data
from olist_segments.project import dbt_process as project_dbt_process
from olist_segments.study.tables import read_study

ROOT = Path(__file__).resolve().parents[1]
# Staging has no order of rows, and its lines are counted elsewhere.
SCHEMAS = ("main", "intermediate")
# Unit tests prove code, not data: one build with each set of variables runs them.
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
NO_TESTS = ("--exclude-resource-type", "test", *NO_UNIT_TESTS)
# What the figures of a shop need, and all tests of them.
SHOP_TABLES = ("--select", "+excluded_customers", "+reconciliation")
SHOP_TABLES += ("--indirect-selection", "buildable")
# Under nohup they are ignored, and in every process that a test starts.
for name in ("SIGINT", "SIGHUP"):
    if hasattr(signal, name):  # Windows has no SIGHUP
        signal.signal(getattr(signal, name), signal.default_int_handler)
# For tests that read what dbt writes about a run, such as manifest.json.
WITH_JSON = {"DBT_WRITE_JSON": "true"}
# What a process that was killed returns.
KILLED = -signal.SIGKILL if hasattr(signal, "SIGKILL") else 1  # Windows
# How the real files are built: with less memory than the tables need, so that some are
# spilled to disk.
REAL = {
    "target": "dev",
    "variables": {"published_olist": True},
    "settings": {"OLIST_MEMORY_LIMIT": "400MB", "OLIST_THREADS": "2", **WITH_JSON},
}
# Where the tests keep what dbt has parsed; `parses` fills it.
PARSES: list[Path] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests with one of these fixtures as slow: `make test-slow` runs them.

    Those with the longest build come first, so that one process has all of them: a
    second one would wait for it.
    """
    for item in items:
        if {"real_dir", "browser", "demo_study"} & set(item.fixturenames):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: "on_spark" not in item.fixturenames)


def dbt(*words: str, **options) -> subprocess.CompletedProcess:
    """Run dbt to its end; see `dbt_process` for the options."""
    with dbt_process(*words, **options) as process:
        stdout, stderr = process.communicate()
    parsed = options["database"].parent / "target" / "partial_parse.msgpack"
    if parsed.exists():  # dbt has parsed something
        partial = PARSES[0] / str(process.pid)
        shutil.copy(parsed, partial)
        partial.replace(parse_file(**options))
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def parse_file(
    database: Path,
    target: str = "demo",
    variables: dict | None = None,
    settings: dict[str, str] | None = None,
    project: Path = ROOT,
    **_,
) -> Path:
    """Return where the project is kept as dbt parses it with such options.

    dbt would parse all of it again with other variables, another target, a database
    with another name or another environment.
    """
    read = {key: it for key, it in (settings or {}).items() if key.startswith("OLIST_")}
    options = [database.name, target, variables or {}, read, str(project)]
    text = json.dumps(options, sort_keys=True, default=str)
    return PARSES[0] / f"{hashlib.md5(text.encode()).hexdigest()}.msgpack"


def dbt_process(
    *words: str,
    raw_dir: Path,
    database: Path,
    target: str = "demo",
    variables: dict | None = None,
    settings: dict[str, str] | None = None,
    project: Path = ROOT,
) -> subprocess.Popen:
    """Start dbt in the folder of the database, which gets its artifacts as well.

    It describes itself and the run in JSON only if asked, as this takes a while.
    It parses the project again only if no run before had the same options, and a
    database of the same name.
    """
    work = database.parent
    work.mkdir(parents=True, exist_ok=True)
    command = [*words, "--target", target, "--vars", json.dumps(variables or {})]
    command += ["--log-path", str(work / "logs")]
    command += ["--project-dir", str(project), "--profiles-dir", str(project)]
    environment = {
        "OLIST_RAW_DIR": str(raw_dir),
        "PYTHONPATH": str(project / "python"),
        "DBT_TARGET_PATH": str(work / "target"),  # dbt debug has no --target-path
        "DBT_WRITE_JSON": "false",
        **(settings or {}),
    }
    for parsed_project in (project, ROOT):  # a copy differs from it in few files
        parsed = parse_file(database, target, variables, settings, parsed_project)
        if parsed.exists():
            environment["DBT_PARTIAL_PARSE_FILE_PATH"] = str(parsed)
            break
    process = project_dbt_process(work, command, **environment)
    process["env"]["OLIST_DB"] = database.name
    return subprocess.Popen(
        **process, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def killed_when(sign: str, *words: str, **options) -> None:
    """Kill dbt without warning as soon as a line that it prints has a pattern."""
    with dbt_process(*words, **options) as process:
        said = ""
        for line in process.stdout:
            said += line
            if re.search(sign, line):
                process.kill()
                break
        else:
            pytest.fail(f"dbt never said {sign}:\n{said}")
    assert process.returncode == KILLED


def build(*words: str, **options) -> Path:
    """Build everything; return the database, or fail with dbt's output."""
    result = dbt("build", *words, **options)
    assert result.returncode == 0, result.stdout[-5000:] + result.stderr
    return options["database"]


def segments(raw_dir: Path, database: Path) -> Path:
    """Make the segments without testing the tables on the way; return the database."""
    return build("--select", "+segments", *NO_TESTS, raw_dir=raw_dir, database=database)


def rows(database: Path, query: str) -> list[tuple]:
    """Return the answer to a query; the database is closed again."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.sql(query).fetchall()


def tables(database: Path) -> list[tuple]:
    """List the tables whose content a build promises."""
    return rows(
        database,
        "select table_schema, table_name from information_schema.tables "
        f"where table_schema in {SCHEMAS} order by all",
    )


def differences(one: Path, other: Path) -> list[tuple]:
    """List tables in which a row of one database has no equal in the other."""
    found = []
    with duckdb.connect() as connection:
        for name, database in (("one", one), ("other", other)):
            path = str(database).replace("'", "''")
            connection.execute(f"attach '{path}' as {name} (read_only)")
        for schema, table in tables(one):
            columns = connection.sql(
                "select column_name, data_type from information_schema.columns "
                f"where table_catalog = 'one' and table_schema = '{schema}' "
                f"and table_name = '{table}' order by ordinal_position"
            ).fetchall()
            exact = [f'"{name}"' for name, type_ in columns if type_ != "DOUBLE"]
            inexact = [f'"{name}"' for name, type_ in columns if type_ == "DOUBLE"]
            picked = ", ".join(exact + [f"round({c}, 8) as {c}" for c in inexact])
            counts = connection.sql(
                f"select (select count(*) from one.{schema}.{table}), "
                f"(select count(*) from other.{schema}.{table}), "
                f"(select count(*) from (select {picked} from one.{schema}.{table} "
                f"except all select {picked} from other.{schema}.{table}))"
            ).fetchall()[0]
            if counts[0] != counts[1] or counts[2]:
                found.append((table, *counts))
    return found


def copy_project(folder: Path) -> Path:
    """Copy what builds need, without data, into a folder with a space and a quote."""
    copy = folder / "it's a copy"
    (copy / "data" / "raw").mkdir(parents=True)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, copy)
    for name in ("models", "dbt_project", "python"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    return copy


@pytest.fixture(scope="session")
def real_dir() -> Path:
    """Return the folder of the nine real files."""
    folder = os.environ.get("OLIST_REAL_DIR")
    if not folder:
        pytest.skip("OLIST_REAL_DIR names no folder with the nine real files")
    return Path(folder)


@pytest.fixture(scope="session")
def shared(tmp_path_factory) -> Path:
    """Return a folder that all processes of pytest-xdist share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if os.environ.get("PYTEST_XDIST_WORKER") else folder


@pytest.fixture(scope="session", autouse=True)
def parses(shared) -> None:
    """Make the folder of what dbt has parsed, see `parse_file`."""
    folder = shared / "parses"
    folder.mkdir(exist_ok=True)
    PARSES.append(folder)


@pytest.fixture(scope="session")
def once(shared) -> Callable[[str, Callable[[Path], object]], Path]:
    """Return a function that makes a folder once for all processes of pytest-xdist."""

    def make_once(name: str, make: Callable[[Path], object]) -> Path:
        folder, done = shared / name, shared / f"{name}.done"
        lock = sqlite3.connect(shared / f"{name}.lock", timeout=1800)
        with contextlib.closing(lock):
            lock.execute("begin exclusive")  # SQLite locks files on every system
            if not done.exists():
                make(folder)
                done.touch()
        return folder

    return make_once


@pytest.fixture(scope="session")
def demo_dir(once) -> Path:
    """Return a folder of 5,000 synthetic orders, with a space and a quote in it."""

    def make(folder: Path) -> None:
        write_demo_data(folder, orders=5_000, seed=42)
        (folder / "olist_customers_dataset_old.csv").write_text("not,one\nof,them\n")

    def parse(work: Path) -> None:
        words = ("--warn-error", "parse", "--show-all-deprecations")
        words += ("--no-partial-parse",)
        result = dbt(*words, raw_dir=folder, database=work / "demo.duckdb")
        (work / "code").write_text(str(result.returncode))
        (work / "printed").write_text(result.stdout, encoding="utf-8")

    folder = once("it's demo data", make)
    once("parsed", parse)
    return folder


@pytest.fixture(scope="session")
def parsed(demo_dir, shared) -> tuple[int, str]:
    """Return dbt's exit code and output when it parsed all, warnings as errors."""
    work = shared / "parsed"
    return int((work / "code").read_text()), (work / "printed").read_text("utf-8")


@pytest.fixture(scope="session")
def demo_database(demo_dir, once) -> Path:
    """Return a database built from the synthetic orders; do not write to it."""
    options = {"raw_dir": demo_dir, "settings": WITH_JSON}
    work = once(
        "demo build", lambda work: build(database=work / "demo.duckdb", **options)
    )
    return work / "demo.duckdb"


@pytest.fixture(scope="session")
def demo_study(demo_dir, demo_database, once):
    """Return a copy of the demo database with a small study, its tables and page."""

    def make(work: Path) -> None:
        work.mkdir()
        shutil.copyfile(demo_database, work / "demo study.duckdb")
        words = ["--draws", "3", "--first", "2018-05", "--last", "2018-06"]
        with pytest.MonkeyPatch.context() as patch, io.StringIO() as printed:
            patch.chdir(ROOT)
            patch.setenv("OLIST_RAW_DIR", str(demo_dir))
            patch.setenv("OLIST_DB", str(work / "demo study.duckdb"))
            patch.setenv("PYTHONPATH", str(ROOT / "python"))
            with contextlib.redirect_stdout(printed):
                assert main(["study", "--target", "demo", *words]) == 0
            (work / "page.md").write_text(printed.getvalue(), encoding="utf-8")

    work = once("study", make)
    database = work / "demo study.duckdb"
    return database, read_study(database), (work / "page.md").read_text("utf-8")


@pytest.fixture(scope="session")
def shops_dir() -> Path:
    folder = os.environ.get("OLIST_SHOPS_DIR")
    if not folder:
        pytest.skip("OLIST_SHOPS_DIR names no folder with the files of other shops")
    return Path(folder)


@pytest.fixture(scope="session")
def online_retail(shops_dir, once) -> Path:
    """Return a database of Online Retail; do not write to it."""
    work = once(
        "online retail build",
        lambda work: build(
            raw_dir=shops_dir / "online_retail",
            database=work / "online_retail.duckdb",
            target="dev",
            settings={"OLIST_SHOP": "online_retail"},
        ),
    )
    return work / "online_retail.duckdb"


@pytest.fixture(scope="session")
def exported(once) -> Callable[[str], tuple[Path, Path]]:
    """Return a function that builds an export of a shop system.

    It returns the folder of its files and the database, to which nothing is written.
    """

    def make(work: Path, shop: str) -> None:
        (work / "files").mkdir(parents=True)
        write = {
            "shopify": shop_files.write_shopify,
            "woocommerce": shop_files.write_woocommerce,
        }
        write[shop](work / "files", shop_files.orders())
        build(
            *SHOP_TABLES,
            raw_dir=work / "files",
            database=work / "built" / f"{shop}.duckdb",
            target="dev",
            settings={"OLIST_SHOP": shop},
        )

    def export_of(shop: str) -> tuple[Path, Path]:
        work = once(f"{shop} build", lambda work: make(work, shop))
        return work / "files", work / "built" / f"{shop}.duckdb"

    return export_of


@pytest.fixture(scope="session")
def real_database(real_dir, once) -> Path:
    """Return a database built from the real files; do not write to it."""
    work = once(
        "real build",
        lambda work: build(raw_dir=real_dir, database=work / "real.duckdb", **REAL),
    )
    return work / "real.duckdb"


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """Return headless Chromium; see `browser.opened`."""
    with launched() as program:
        yield program


@pytest.fixture
def project_copy(tmp_path) -> Path:
    """Return a copy of the project without data; see `copy_project`."""
    return copy_project(tmp_path)
