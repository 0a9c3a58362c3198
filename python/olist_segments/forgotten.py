"""Forget customers: the list of them, and what is left of them in built files."""

import csv
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path

import duckdb

from olist_segments.project import ROW_GROUP_SIZE, UserError, write_page

COLUMNS = ("salt", "key_hash")
# What the values of these columns identify, in every table that has one.
IDS = ("customer_unique_id", "customer_id", "order_id")


def list_path(root: Path, target: str, shop: str) -> Path:
    """Return the list of forgotten customers, as the macro forgotten_path does.

    Parameters
    ----------
    root : Path
        Root of the project.
    target : {"dev", "demo"}
    shop : str

    Returns
    -------
    Path
        Need not exist.
    """
    name = "demo" if target == "demo" else shop
    return root / "data" / "forgotten" / f"{name}.csv"


def read_list(path: Path) -> tuple[str, set[str]]:
    """Read a list of forgotten customers.

    Parameters
    ----------
    path : Path
        Need not exist.

    Returns
    -------
    salt : str
        A new one if nobody is on the list.
    hashes : set of str
        Of the keys of all who were forgotten.

    Raises
    ------
    UserError
        If the file is not such a list.
    """
    if not path.is_file() or not path.stat().st_size:
        return secrets.token_hex(32), set()
    with path.open(encoding="utf-8", newline="") as opened:
        rows = csv.DictReader(opened)
        entries = list(rows)
    salts = {row["salt"] for row in entries if "salt" in row}
    if tuple(rows.fieldnames or ()) != COLUMNS or len(salts) > 1:
        raise UserError(
            f"{path} is not a list of forgotten customers with one salt: put it back "
            "from a backup"
        )
    if not entries:
        return secrets.token_hex(32), set()
    return salts.pop(), {row["key_hash"] for row in entries}


def hash_key(salt: str, key: str) -> str:
    """Hash a key, as the macro salted_hash does.

    Parameters
    ----------
    salt, key : str

    Returns
    -------
    str
        64 hexadecimal digits: SHA-256 of both.
    """
    return hashlib.sha256(f"{salt}{key}".encode()).hexdigest()


def write_list(path: Path, salt: str, hashes: set[str]) -> None:
    """Write a list of forgotten customers, whole or not at all.

    Parameters
    ----------
    path : Path
        Its folder is created if it is missing.
    salt, hashes
        As `read_list` returns them.

    Raises
    ------
    UserError
        If it cannot be written.
    """
    rows = [COLUMNS, *((salt, key_hash) for key_hash in sorted(hashes))]
    write_page(path, "".join(f"{','.join(row)}\n" for row in rows))


def add_keys(path: Path, keys: Iterable[str]) -> int:
    """Put customers on the list.

    Parameters
    ----------
    path : Path
        The list.
    keys : iterable of str
        Their customer_unique_id.

    Returns
    -------
    int
        How many are on the list now.

    Raises
    ------
    UserError
        If the list cannot be read or written.
    """
    salt, hashes = read_list(path)
    hashes |= {hash_key(salt, key) for key in keys}
    write_list(path, salt, hashes)
    return len(hashes)


def known_keys(connection: duckdb.DuckDBPyConnection, keys: list[str]) -> set[str]:
    """Find the customers who are in any table of a database.

    Parameters
    ----------
    connection : DuckDBPyConnection
    keys : list of str

    Returns
    -------
    set of str
    """
    known: set[str] = set()
    for table, column in _tables_with(connection, ("customer_unique_id",)):
        found = connection.execute(
            f"select distinct {column} from {table} "
            f"where {column} in (select unnest(?))",
            [keys],
        )
        known |= {key for (key,) in found.fetchall()}
    return known


def purge(connection: duckdb.DuckDBPyConnection, keys: list[str]) -> int:
    """Delete the rows of customers from all tables of a database.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Open for writing. Freed pages of the file still hold the rows: see `rewrite`.
    keys : list of str
        Their customer_unique_id; the ids of their orders are looked up.

    Returns
    -------
    int
        Rows that were deleted.
    """
    connection.execute("create temp table forgotten (column_name text, id text)")
    connection.execute(
        "insert into forgotten select 'customer_unique_id', unnest(?)", [keys]
    )
    tables = _tables_with(connection, IDS)
    columns: dict[str, set[str]] = {}
    for table, column in tables:
        columns.setdefault(table, set()).add(column)
    steps = [("customer_unique_id", "customer_id"), ("customer_id", "order_id")]
    for known, wanted in [*steps, ("customer_unique_id", "order_id")]:
        for table, names in columns.items():
            if {known, wanted} <= names:
                connection.execute(
                    f"insert into forgotten select distinct '{wanted}', {wanted} "
                    f"from {table} where {wanted} is not null and {known} in "
                    f"(select id from forgotten where column_name = '{known}')"
                )
    count = 0
    for table, column in tables:
        ((deleted,),) = connection.execute(
            f"delete from {table} where {column} in "
            f"(select id from forgotten where column_name = '{column}')"
        ).fetchall()
        count += deleted
    connection.execute("drop table forgotten")
    return count


def rewrite(database: Path) -> None:
    """Write a database anew, as freed pages of its file hold what was deleted.

    Parameters
    ----------
    database : Path
        Replaced by its new file; nobody else may have it open.
    """
    new = database.with_name(f"{database.name}.new")
    new.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        paths = [str(path).replace("'", "''") for path in (database, new)]
        connection.execute(f"attach '{paths[0]}' as old_file (read_only)")
        ((version,),) = connection.execute(
            "select tags['storage_version'] from duckdb_databases() "
            "where database_name = 'old_file'"
        ).fetchall()
        connection.execute(
            f"attach '{paths[1]}' as new_file (row_group_size {ROW_GROUP_SIZE}, "
            f"storage_version '{version.rstrip('+')}')"
        )
        connection.execute("copy from database old_file to new_file")
        connection.execute("checkpoint new_file")
    os.replace(new, database)


def strike_out(folder: Path, keys: list[str]) -> list[Path]:
    """Take customers out of the CSV and Parquet files of an export.

    Parameters
    ----------
    folder : Path
        What `olist-segments export` has written, with a manifest; may be missing.
        Beside it may lie what an export that was killed has left, which is deleted.
    keys : list of str

    Returns
    -------
    list of Path
        The files that were changed, without the manifest. It has their new sizes and
        numbers of rows.
    """
    for left in folder.parent.glob(f".{folder.name}.*/"):
        shutil.rmtree(left)
    counts = {}
    with duckdb.connect() as connection:
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".csv", ".parquet"):
                count = _strike_out(connection, path, keys)
                if count is not None:
                    counts[path.relative_to(folder).as_posix()] = count
    for manifest in folder.glob("*.json"):
        content = json.loads(manifest.read_text("utf-8"))
        _correct(content, folder, counts)
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        manifest.write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in counts]


def _strike_out(
    connection: duckdb.DuckDBPyConnection, path: Path, keys: list[str]
) -> int | None:
    """Return how many rows are left; none if nobody was in the file."""
    name = str(path).replace("'", "''")
    if path.suffix == ".csv":
        rows = (
            f"read_csv('{name}', header = true, all_varchar = true, delim = ',', "
            "quote = '\"', escape = '\"')"
        )
        options = "format csv, header"
    else:
        rows, options = f"read_parquet('{name}')", "format parquet"
    if "customer_unique_id" not in connection.sql(f"from {rows} limit 0").columns:
        return None
    # Where a key looks like a formula, an export puts an apostrophe before it.
    names = [*keys, *(f"'{key}" for key in keys)]
    connection.execute(
        "create or replace temp table names as select unnest(?)", [names]
    )
    where = "customer_unique_id in (from names)"
    ((found,),) = connection.execute(
        f"select count(*) from {rows} where {where}"
    ).fetchall()
    if not found:
        return None
    partial = path.with_name(f".{path.name}.partial")
    written = str(partial).replace("'", "''")
    ((left,),) = connection.execute(
        f"copy (from {rows} where {where} is not true) to '{written}' ({options})"
    ).fetchall()
    os.replace(partial, path)
    return left


def _correct(content: object, folder: Path, counts: dict[str, int]) -> None:
    """Correct sizes and numbers of rows wherever a manifest names a changed file."""
    if isinstance(content, list):
        for one in content:
            _correct(one, folder, counts)
    elif isinstance(content, dict):
        if content.get("file") in counts and "bytes" in content:
            content["bytes"] = (folder / content["file"]).stat().st_size
        for one in list(content.values()):
            file = one.get("file") if isinstance(one, dict) else None
            if file in counts and "customer_count" in content:
                content["customer_count"] = counts[file]
            _correct(one, folder, counts)


def _tables_with(
    connection: duckdb.DuckDBPyConnection, columns: Iterable[str]
) -> list[tuple[str, str]]:
    """List tables with such a column, of any schema; each with the column."""
    found = connection.execute(
        """
        select table_schema, table_name, column_name
        from information_schema.columns join information_schema.tables
            using (table_catalog, table_schema, table_name)
        where table_type = 'BASE TABLE' and column_name in (select unnest(?))
        order by all
        """,
        [list(columns)],
    ).fetchall()
    return [(f'"{schema}"."{table}"', column) for schema, table, column in found]
