"""Builds on Spark: one session that runs dbt's SQL and its Python models."""

import logging
import os
import sys
import warnings
from pathlib import Path

from olist_segments.project import DbtError
from olist_segments.raw import functions as raw_functions

MASTER = "local[*]"
MEMORY = "4g"
_STRINGS = "array<string>"
_RECORDS = (
    "array<struct<record: bigint, line_number: bigint, line_count: bigint, "
    "raw_line: string, fault: string, field: int>>"
)
_FUNCTIONS = {
    "raw_file_problems": _STRINGS,
    "raw_file_header": _STRINGS,
    "raw_file_date_columns": _STRINGS,
    "raw_file_line_count": "bigint",
    "raw_file_records": _RECORDS,
    "raw_table_files": "array<struct<name: string, path: string>>",
}


def open_session(folder: Path, *, master: str | None = None, settings=None):
    """Open the Spark session that dbt then uses, or return the one that is open.

    Nothing listens on the network: the driver is bound to the loopback address and
    has no user interface. Tables and the metastore (Derby) are in `folder`.

    Parameters
    ----------
    folder : Path
        The folder of the tables; created if it is missing.
    master : str, optional
        The master; by default ``SPARK_MASTER`` or all cores of this machine.
    settings : dict of str to str, optional
        Further Spark settings, which override those here.

    Returns
    -------
    pyspark.sql.SparkSession
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ.setdefault("SPARK_WORKER_DIR", str(folder / "work"))
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    # The warning does not apply: data goes to pandas through Arrow.
    warnings.filterwarnings(
        "ignore", "PySpark does not yet fully support pandas", FutureWarning
    )
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    logs = Path(__file__).with_name("log4j2.properties")
    options = {
        "spark.app.name": "olist_segments",
        "spark.master": master or os.environ.get("SPARK_MASTER") or MASTER,
        "spark.driver.memory": os.environ.get("SPARK_DRIVER_MEMORY") or MEMORY,
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": (
            f'"-Dlog4j2.configurationFile={logs}" '
            f'"-Dderby.stream.error.file={folder / "derby.log"}"'
        ),
        "spark.executorEnv.PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "spark.hadoop.javax.jdo.option.ConnectionURL": (
            f"jdbc:derby:;databaseName={folder / 'metastore'};create=true"
        ),
        "spark.sql.ansi.enabled": "true",
        "spark.sql.csv.parser.columnPruning.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.warehouse.dir": str(folder / "tables"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        **(settings or {}),
    }
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.enableHiveSupport()
    for name, value in options.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    for name, returned in _FUNCTIONS.items():
        session.udf.register(name, getattr(raw_functions, name), returned)
    return session


def run_dbt(root: Path, words: list[str]) -> None:
    """Run dbt in this process, so that it uses the open session.

    The code of Python models, as dbt compiles it, runs in the session too; dbt-spark
    itself can run it only on Databricks.

    Parameters
    ----------
    root : Path
        Root of the project.
    words : list of str
        Arguments for dbt.

    Raises
    ------
    DbtError
        If it fails; dbt has printed why.
    """
    from dbt.adapters.spark import SparkAdapter
    from dbt.cli.main import dbtRunner

    SparkAdapter.default_python_submission_method = "session"
    SparkAdapter.python_submission_helpers = {"session": _SessionJob}
    profiles = os.environ.get("DBT_PROFILES_DIR", str(root))
    places = ["--project-dir", str(root), "--profiles-dir", profiles]
    result = dbtRunner().invoke([*words, *places])
    if result.exception:
        raise DbtError("", 2) from result.exception
    if not result.success:
        raise DbtError("", 1)


def describe_segments(session) -> str:
    """List the segments of a build.

    Parameters
    ----------
    session : pyspark.sql.SparkSession

    Returns
    -------
    str
        One line per segment, or a sentence if there are none yet.
    """
    if not session.catalog.tableExists("main.segments"):
        return "There are no segments yet."
    rows = session.sql(
        "select segment_id, segment_name, customer_count, revenue, amount_prefix, "
        "amount_suffix from main.segments cross join main.shop order by segment_id"
    ).collect()
    return "\n".join(
        f"{number:<3}{name}: {customers:,} customers, {prefix}{revenue:,.0f}{suffix}"
        for number, name, customers, revenue, prefix, suffix in rows
    )


class _SessionJob:
    """Runs a Python model of dbt in the session of this process."""

    def __init__(self, parsed_model: dict, credentials) -> None:
        self.name = parsed_model["name"]

    def submit(self, compiled_code: str) -> None:
        from pyspark.sql import SparkSession

        code = compile(compiled_code, f"{self.name}.py", "exec")
        exec(code, {"spark": SparkSession.active(), "__name__": self.name})
