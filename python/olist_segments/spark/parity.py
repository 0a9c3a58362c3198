"""Compare the tables of a build on Spark with those of a build on DuckDB."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml

SCHEMAS = ("main", "intermediate", "staging")
# The engines add floats in different orders, so they may differ by this much.
TOLERANCE = 1e-6
# Customers who are as close to a second centroid may have its label.
LABEL_SHARE = 0.999
# The generic tests that name the key of a table.
KEY_TESTS = ("unique_combination_of_columns", "unique_by_construction")


@dataclass
class TableParity:
    """How a table of one engine differs from that of the other.

    Attributes
    ----------
    table : str
        Schema and name.
    duckdb_rows, spark_rows : int
        Rows in each; -1 if there is no such table.
    unmatched : int
        Keys, or whole rows of a table without a key, that only one engine has.
    differing : dict of str to int
        Rows whose values differ, by column: at all, or by more than `TOLERANCE`
        relative to a value above 1 where they are floats.
    largest : float
        Largest difference of two floats, relative where they are above 1.
    """

    table: str
    duckdb_rows: int
    spark_rows: int
    unmatched: int
    differing: dict[str, int]
    largest: float

    @property
    def is_equal(self) -> bool:
        """Whether both are the same."""
        return (
            self.duckdb_rows == self.spark_rows
            and not self.unmatched
            and not self.differing
        )


@dataclass
class Parity:
    """How two builds of the same files differ.

    Attributes
    ----------
    tables : list of TableParity
        One per table that either build has.
    same_label_share : float
        Share of customers whose segment has the same key, from 0 to 1.
    segments : tuple of list of str
        Keys of the segments of DuckDB and Spark, by number: as many as k.
    silhouette_gap, inertia_gap : float
        Largest differences over all k, that of the inertia relative.
    """

    tables: list[TableParity]
    same_label_share: float
    segments: tuple[list[str], list[str]]
    silhouette_gap: float
    inertia_gap: float

    @property
    def is_met(self) -> bool:
        """Whether rows, money and segments are equal, and labels almost all."""
        return (
            self.segments[0] == self.segments[1]
            and self.same_label_share >= LABEL_SHARE
            and self.silhouette_gap <= TOLERANCE
            and all(one.duckdb_rows == one.spark_rows for one in self.tables)
            and not self.money_that_differs()
        )

    def money_that_differs(self) -> list[str]:
        """List tables before the segmentation that are not equal."""
        return [
            one.table
            for one in self.tables
            if one.table in MONEY_TABLES and not one.is_equal
        ]


MONEY_TABLES = (
    "main.orders",
    "main.order_lines",
    "main.customers",
    "main.reconciliation",
    "main.data_quality",
    "main.rejected_rows",
    "main.excluded_customers",
)


def compare(root: Path, database: Path, folder: Path) -> Parity:
    """Compare two builds, table by table and row by row.

    Spark's tables are read from their Parquet files: no Spark is needed.

    Parameters
    ----------
    root : Path
        Root of the project, whose YAML names the key of every table.
    database : Path
        A DuckDB database that was built.
    folder : Path
        The folder of a build on Spark.

    Returns
    -------
    Parity
    """
    keys = read_keys(root / "models") | read_keys(root / "dbt_project" / "snapshots")
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        path = str(database).replace("'", "''")
        connection.execute(f"attach '{path}' as built (read_only)")
        names = _duckdb_tables(connection) | _spark_tables(folder)
        tables = [
            _compare_table(connection, schema, name, keys.get(name), folder)
            for schema, name in sorted(names)
        ]
        relation = _spark_relation(folder, "main", "customer_segments")
        ((same,),) = connection.sql(
            "select avg(case when one.segment_key = other.segment_key then 1 else 0 "
            "end) from built.main.customer_segments as one full join "
            f"{relation} as other using (customer_unique_id)"
        ).fetchall()
        candidates = _spark_relation(folder, "main", "segment_k_candidates")
        ((silhouette, inertia),) = connection.sql(
            "select max(abs(one.silhouette - other.silhouette)), "
            "max(abs(one.inertia / other.inertia - 1)) "
            "from built.main.segment_k_candidates as one "
            f"full join {candidates} as other using (k)"
        ).fetchall()
        segments = tuple(
            [
                key
                for (key,) in connection.sql(
                    f"select segment_key from {relation} order by segment_id"
                ).fetchall()
            ]
            for relation in (
                "built.main.segments",
                _spark_relation(folder, "main", "segments"),
            )
        )
    return Parity(tables, same, segments, silhouette, inertia)


def read_keys(folder: Path) -> dict[str, list[str]]:
    """Read which columns are the key of a table, from the tests in dbt's YAML.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict of str to list of str
    """
    keys = {}
    for path in folder.rglob("*.yml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for model in content.get("models", []) + content.get("snapshots", []):
            for test in model.get("data_tests", []):
                for name in KEY_TESTS:
                    if name in test:
                        keys[model["name"]] = test[name]["arguments"]["columns"]
    return keys


def render(parity: Parity) -> str:
    """Write a comparison as lines of text.

    Parameters
    ----------
    parity : Parity

    Returns
    -------
    str
    """
    lines = []
    for one in parity.tables:
        if one.is_equal:
            continue
        found = [f"{one.duckdb_rows:,} rows in DuckDB, {one.spark_rows:,} in Spark"]
        if one.unmatched:
            found.append(f"{one.unmatched:,} keys in only one of them")
        found += [f"{name} in {n:,}" for name, n in sorted(one.differing.items())]
        lines.append(f"{one.table} differs: {'; '.join(found)}")
    equal = sum(one.is_equal for one in parity.tables)
    largest = max(one.largest for one in parity.tables)
    lines += [
        f"{equal} of {len(parity.tables)} tables are equal; floats differ by "
        f"{largest:.1e} at most.",
        f"k = {len(parity.segments[0])} in DuckDB, {len(parity.segments[1])} in Spark; "
        + (
            "the same segments."
            if parity.segments[0] == parity.segments[1]
            else f"{parity.segments[0]} against {parity.segments[1]}."
        ),
        f"{parity.same_label_share:.4%} of customers have the same label. Silhouettes "
        f"differ by {parity.silhouette_gap:.1e} at most, inertias by "
        f"{parity.inertia_gap:.1e} of their value.",
        "Parity is met." if parity.is_met else "Parity is NOT met.",
    ]
    return "\n".join(lines)


def _duckdb_tables(connection) -> set[tuple[str, str]]:
    rows = connection.sql(
        "select schema_name, table_name from duckdb_tables() "
        f"where database_name = 'built' and schema_name in {SCHEMAS}"
    ).fetchall()
    return set(rows)


def _spark_tables(folder: Path) -> set[tuple[str, str]]:
    return {
        (schema, path.name)
        for schema in SCHEMAS
        for path in (folder / "tables" / f"{schema}.db").glob("*")
        if any(path.glob("*.parquet"))
    }


def _spark_relation(folder: Path, schema: str, name: str) -> str:
    path = folder / "tables" / f"{schema}.db" / name / "*.parquet"
    return "read_parquet('" + str(path).replace("'", "''") + "')"


def _compare_table(
    connection, schema: str, name: str, key: list[str] | None, folder: Path
) -> TableParity:
    table = f"{schema}.{name}"
    if (schema, name) not in _duckdb_tables(connection):
        return TableParity(table, -1, 0, 0, {}, 0)
    if (schema, name) not in _spark_tables(folder):
        return TableParity(table, 0, -1, 0, {}, 0)
    one, other = f"built.{table}", _spark_relation(folder, schema, name)
    columns = dict(
        connection.sql(
            f"select column_name, column_type from (describe {one})"
        ).fetchall()
    )
    connection.execute(f"create or replace temp table one as select * from {one}")
    picked = ", ".join(
        f'cast("{column}" as {type_}) as "{column}"'
        for column, type_ in columns.items()
    )
    connection.execute(
        f"create or replace temp table other as select {picked} from {other}"
    )
    counts = [
        connection.sql(f"select count(*) from {side}").fetchall()[0][0]
        for side in ("one", "other")
    ]
    if key is None:
        ((unmatched,),) = connection.sql(
            "select count(*) from (from one except all from other union all "
            "(from other except all from one))"
        ).fetchall()
        return TableParity(table, *counts, unmatched, {}, 0)
    joined = " and ".join(f'one."{c}" is not distinct from other."{c}"' for c in key)
    ((unmatched,),) = connection.sql(
        "select count(*) filter (where one.present is null or other.present is null) "
        "from (select *, 1 as present from one) as one "
        f"full join (select *, 1 as present from other) as other on {joined}"
    ).fetchall()
    expressions = []
    for column, type_ in columns.items():
        gap = (
            f'abs(one."{column}" - other."{column}") / greatest(1, abs(one."{column}"))'
        )
        if type_ == "DOUBLE":
            expressions += [
                f"count(*) filter (where {gap} > {TOLERANCE} or "
                f'(one."{column}" is null) != (other."{column}" is null))',
                f"coalesce(max({gap}), 0)",
            ]
        else:
            expressions += [
                f'count(*) filter (where one."{column}" is distinct from '
                f'other."{column}")',
                "0",
            ]
    values = connection.sql(
        f"select {', '.join(expressions)} from one join other on {joined}"
    ).fetchall()[0]
    differing = {c: n for c, n in zip(columns, values[::2], strict=True) if n}
    return TableParity(table, *counts, unmatched, differing, float(max(values[1::2])))
