"""Write segments as files for other tools, whole or not at all."""

import contextlib
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from olist_segments.project import UserError
from olist_segments.shop import read_shop

MANIFEST = "manifest.json"
# A spreadsheet takes a text that begins like this for a formula (OWASP, CSV Injection):
# also after spaces, and with the full-width signs of East Asian keyboards.
SIGNS = "=+@\uff1d\uff0b\uff20\uff0d-"
FORMULA = rf"^[\s\p{{Z}}]*[{SIGNS}]|^[\t\r\n]"


@dataclass(frozen=True)
class Segment:
    """A segment to be written.

    Attributes
    ----------
    key, name : str
    customer_count : int
        Rows of each of its files.
    csv_bytes : int
        Approximate size of its CSV, without quotes.
    guarded_count : int
        Cells of its CSV that get an apostrophe because they begin like a formula.
    """

    key: str
    name: str
    customer_count: int
    csv_bytes: int
    guarded_count: int


def preview(
    connection: duckdb.DuckDBPyConnection,
    keys: Iterable[str] | None = None,
    min_silhouette: float = -1.0,
) -> list[Segment]:
    """Measure what an export would write.

    Parameters
    ----------
    connection : DuckDBPyConnection
        A built database.
    keys : iterable of str, optional
        Segments to export; all by default.
    min_silhouette : float
        Leave out members with a lower silhouette; -1 takes everybody.

    Returns
    -------
    list of Segment
        In the order of their numbers.

    Raises
    ------
    UserError
        If the database has no members, or no segment of that key.
    """
    try:
        members = connection.table("segment_members")
    except duckdb.CatalogException as error:
        raise UserError(
            "the database has no table segment_members: run `make build` first"
        ) from error
    columns = _columns(connection)
    cells = ", ".join(f"coalesce({c}::varchar, '')" for c in columns)
    guarded = " + ".join(
        f"coalesce(regexp_matches({column}, '{FORMULA}'), false)::int"
        for column in _texts(members)
    )
    found = connection.sql(
        f"""
        select segments.segment_key, segments.segment_name, count(customer_unique_id),
            {sum(len(column) + 1 for column in columns)}
            + coalesce(sum(bytes), 0)::bigint, coalesce(sum(guarded), 0)::bigint
        from segments left join (
            select *, strlen(concat_ws(',', {cells})) + 1 as bytes,
                {guarded} as guarded
            from segment_members where {_sure(min_silhouette)}
        ) as members using (segment_key)
        group by all order by any_value(segment_id)
        """
    ).fetchall()
    segments = {row[0]: Segment(*row) for row in found}
    unknown = [key for key in keys or () if key not in segments]
    if unknown:
        raise UserError(
            f"no segment is called {', '.join(unknown)}: choose one of "
            + ", ".join(segments)
        )
    return [s for s in segments.values() if not keys or s.key in keys]


def export_segments(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    segments: list[Segment],
    *,
    is_synthetic: bool,
    min_silhouette: float = -1.0,
) -> Path:
    """Write a CSV and a Parquet file per segment, and a manifest.

    Everything is written to a folder beside it, which then replaces the previous one:
    an export that is killed or fails leaves the previous one intact. Equal tables
    give equal bytes.

    Parameters
    ----------
    connection : DuckDBPyConnection
        A built database.
    folder : Path
        The folder to write: new, empty, or with an earlier export.
    segments : list of Segment
        What `preview` has found.
    is_synthetic : bool
        Whether the customers are synthetic, which the manifest records.
    min_silhouette : float
        As for `preview`; the manifest records it.

    Returns
    -------
    Path
        The manifest.

    Raises
    ------
    UserError
        If the folder has other files or cannot be written to, the disk is too
        small, or another export to the folder is running.
    """
    folder = folder.resolve()
    _refuse_other_files(folder)
    ((model, as_of),) = connection.sql(
        "select max(model_id), max(as_of_date)::varchar from customer_segments"
    ).fetchall()
    try:
        with _partial_folder(folder) as partial:
            needed = 2 * sum(segment.csv_bytes for segment in segments)
            free = shutil.disk_usage(partial).free
            if free < needed:
                raise UserError(
                    f"{folder.parent} has {free / 1e6:,.0f} MB left, and the export "
                    f"may take {needed / 1e6:,.0f} MB: make room, or export fewer "
                    "segments"
                )
            written = [
                _write(connection, segment, min_silhouette, partial)
                for segment in segments
            ]
            manifest = {
                "data": "synthetic" if is_synthetic else "real",
                "model_id": model,
                "as_of_date": as_of,
                "min_silhouette": min_silhouette,
                "segments": written,
            }
            text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
            (partial / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
            _take_place(partial, folder)
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {_reason(error)}") from error
    return folder / MANIFEST


def write_answer(answer: duckdb.DuckDBPyRelation, path: Path) -> None:
    """Write the answer to a query to one file, which appears only when complete.

    In a CSV, text that a spreadsheet would take for a formula gets an apostrophe in
    front; Parquet has it unchanged.

    Parameters
    ----------
    answer : DuckDBPyRelation
        Its order is kept.
    path : Path
        Ends in ``.csv`` or ``.parquet``.

    Raises
    ------
    UserError
        If the path has another ending, or cannot be written to.
    """
    check_ending(path)
    partial = partial_path(path)
    try:
        if path.suffix == ".csv":
            answer.project(_guarded(answer)).write_csv(str(partial))
        else:
            answer.write_parquet(str(partial))
        with partial.open("rb+") as done:  # Windows syncs no file opened to be read
            os.fsync(done.fileno())
        os.replace(partial, path)
    except (OSError, duckdb.IOException) as error:
        raise UserError(f"cannot write {path}: {_reason(error)}") from error
    finally:
        partial.unlink(missing_ok=True)


def check_ending(path: Path) -> None:
    """Refuse a file that `write_answer` cannot write.

    Parameters
    ----------
    path : Path

    Raises
    ------
    UserError
        If it ends neither in ``.csv`` nor in ``.parquet``.
    """
    if path.suffix not in (".csv", ".parquet"):
        raise UserError(f"{path} must end in .csv or .parquet")


def partial_path(path: Path) -> Path:
    """Return where `write_answer` writes before the file appears.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Path
        Beside it.
    """
    return path.with_name(f".{path.name}.partial")


def _columns(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """List the columns of segment_members but those that tell nobody apart."""
    shop = read_shop(connection)
    constant = connection.sql(
        "select feature from feature_statistics where distinct_values <= 1"
    ).fetchall()
    columns = connection.table("segment_members").columns
    return [
        name for name in columns if (name,) not in constant and shop.has_column(name)
    ]


def _sure(min_silhouette: float) -> str:
    """Choose members in SQL; segment_members has their silhouettes rounded."""
    if min_silhouette == -1:
        return "true"
    return (
        "customer_unique_id in (select customer_unique_id from customer_segments "
        f"where silhouette >= {min_silhouette})"
    )


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _texts(relation: duckdb.DuckDBPyRelation) -> list[str]:
    named = zip(relation.columns, relation.types, strict=True)
    return [f'"{name}"' for name, type_ in named if type_ == "VARCHAR"]


def _guarded(answer: duckdb.DuckDBPyRelation) -> str:
    """List the columns by position, as joins may have several of the same name."""
    columns, seen = [], set()
    named = zip(answer.columns, answer.types, strict=True)
    for position, (name, type_) in enumerate(named, 1):
        value = f"#{position}"
        if type_ == "VARCHAR":
            value = (
                f"case when regexp_matches({value}, '{FORMULA}') "
                f"then concat(chr(39), {value}) else {value} end"
            )
        unique = f"'{name}" if name.lstrip().startswith(tuple(SIGNS)) else name
        while unique.lower() in seen:
            unique += "_1"
        seen.add(unique.lower())
        columns.append(f'{value} as "{unique.replace(chr(34), 2 * chr(34))}"')
    return ", ".join(columns)


def _write(connection, segment: Segment, min_silhouette: float, partial: Path) -> dict:
    entry = {
        "segment_key": segment.key,
        "segment_name": segment.name,
        "customer_count": segment.customer_count,
    }
    answer = connection.sql(
        f"select {', '.join(_columns(connection))} from segment_members "
        f"where segment_key = '{segment.key}' "
        f"and {_sure(min_silhouette)} order by customer_unique_id"
    )
    for kind in ("csv", "parquet"):
        path = partial / f"{segment.key}.{kind}"
        write_answer(answer, path)
        entry[kind] = {"file": path.name, "bytes": path.stat().st_size}
    return entry


def _refuse_other_files(folder: Path) -> None:
    """Stop if replacing the folder as a whole would lose files."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UserError(f"{folder} is a file: name a folder")
    found = {path.name for path in folder.iterdir()}
    ours = {name for name in found if re.fullmatch(r"\..*\.partial", name)}
    if MANIFEST in found:
        with contextlib.suppress(ValueError, TypeError, KeyError):
            manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
            for entry in manifest["segments"]:
                ours |= {entry["csv"]["file"], entry["parquet"]["file"]}
            ours |= {MANIFEST} if manifest["model_id"] else set()
    if found - ours:
        raise UserError(
            f"{folder} has files that are not part of an export, such as "
            f"{min(found - ours)}: name another folder"
        )


@contextlib.contextmanager
def _partial_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside it, for this process alone, and remove it then.

    The lock is a file of its own, as one that is renamed could be held twice. SQLite
    locks it on every system, and it is free again when the process ends, however it
    does.
    """
    partial = folder.with_name(f".{folder.name}.partial")
    for beside in (partial, _previous(folder)):
        for left in beside.glob("*"):
            if left.suffix not in (".csv", ".parquet", ".partial", ".json"):
                raise UserError(f"{left} is not an export: move it to another folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = folder.with_name(f".{folder.name}.lock")
    lock.touch()
    with contextlib.closing(sqlite3.connect(lock, timeout=0)) as held:
        try:
            held.execute("begin exclusive")
        except sqlite3.OperationalError as error:
            raise UserError(f"another export to {folder} is running") from error
        shutil.rmtree(partial, ignore_errors=True)  # left by an export that was killed
        partial.mkdir()
        previous = _previous(folder)
        if previous.exists() and not folder.exists():
            os.rename(previous, folder)
        shutil.rmtree(previous, ignore_errors=True)
        try:
            yield partial
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _take_place(partial: Path, folder: Path) -> None:
    previous = _previous(folder)
    if folder.exists():
        os.rename(folder, previous)
    os.rename(partial, folder)
    shutil.rmtree(previous, ignore_errors=True)


def _previous(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.previous")
