"""Write segments as files for other tools, whole or not at all."""

import contextlib
import datetime
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from olist_segments.campaigns import TABLE, Campaign, is_control, members, remember
from olist_segments.project import UserError, called
from olist_segments.shop import read_shop
from olist_segments.sql import literal

MANIFEST = "manifest.json"
ENDINGS = (".csv", ".parquet", ".partial", ".json")
# The file of the members of all segments.
EVERYBODY = "all_customers"
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
        Customers on the list.
    csv_bytes : int
        Approximate size of its CSV, without quotes, with those left out.
    guarded_count : int
        Cells of its CSV that get an apostrophe because they begin like a formula.
    control_count : int
        Customers whom the campaign leaves out.
    """

    key: str
    name: str
    customer_count: int
    csv_bytes: int
    guarded_count: int
    control_count: int = 0


def preview(
    connection: duckdb.DuckDBPyConnection,
    keys: Iterable[str] | None = None,
    min_silhouette: float = -1.0,
    campaign: Campaign | None = None,
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
    campaign : Campaign, optional
        What the lists are for.

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
        table = connection.table("segment_members")
    except duckdb.CatalogException as error:
        raise UserError(
            f"the database has no table segment_members: run `{called('build')}` first"
        ) from error
    columns = _columns(connection)
    cells = ", ".join(f"coalesce({c}::varchar, '')" for c in columns)
    guarded = " + ".join(
        f"coalesce(regexp_matches({column}, '{FORMULA}'), false)::int"
        for column in _texts(table)
    )
    found = connection.sql(
        f"""
        select segments.segment_key, segments.segment_name,
            count(customer_unique_id) filter (where not is_control),
            {sum(len(column) + 1 for column in columns)}
            + coalesce(sum(bytes), 0)::bigint, coalesce(sum(guarded), 0)::bigint,
            count(customer_unique_id) filter (where is_control)
        from segments left join (
            select *, strlen(concat_ws(',', {cells})) + 1 as bytes,
                {guarded} as guarded
            from ({members(campaign)}) as everybody where {_sure(min_silhouette)}
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
    campaign: Campaign | None = None,
    since: datetime.date | None = None,
) -> Path:
    """Write a CSV and a Parquet file per segment, and a manifest.

    Everything is written to a folder beside it, which then replaces the previous one:
    an export that is killed or fails leaves the previous one intact. Equal tables
    give equal bytes. Of all segments, there is also a file with everybody. Whom a
    campaign leaves out is in the folder control and in no other file; its file
    everybody also has those whom earlier exports left out. The lists of a campaign say
    on which day it first listed somebody.

    Parameters
    ----------
    connection : DuckDBPyConnection
        A built database; open for writing if there is a campaign, which is remembered.
    folder : Path
        The folder to write: new, empty, or with an earlier export.
    segments : list of Segment
        What `preview` has found.
    is_synthetic : bool
        Whether the customers are synthetic, which the manifest records.
    min_silhouette : float
        As for `preview`; the manifest records it.
    campaign : Campaign, optional
        As for `preview`; the manifest records it.
    since : date, optional
        Also write who entered and who left the segments since that day, which
        `choose_since` has found.

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
    keys = ", ".join(f"'{segment.key}'" for segment in segments)
    exported = (
        f"select * from ({members(campaign)}) as everybody "
        f"where segment_key in ({keys}) and {_sure(min_silhouette)}"
    )
    columns = ", ".join(_columns(connection))
    lists = {
        segment.key: f"segment_key = '{segment.key}' and not is_control"
        for segment in segments
    }
    if campaign and campaign.control_share:
        lists |= {
            f"control/{segment.key}": f"segment_key = '{segment.key}' and is_control"
            for segment in segments
        }
    if len(segments) == len(connection.table("segments")):
        lists[EVERYBODY] = "not is_control"
    exported_rows = f"({exported}) as members"
    if campaign:
        known = f"from {TABLE} where campaign = {literal(campaign.name)}"
        exported_rows += (
            f" inner join (select customer_unique_id, listed_at {known}) as known "
            "using (customer_unique_id)"
        )
        columns += ", listed_at"
    queries = {
        name: f"select {columns} from {exported_rows} where {condition} "
        "order by customer_unique_id"
        for name, condition in lists.items()
    }
    if campaign and campaign.control_share:
        queries["control/everybody"] = (
            f"{known} and is_control order by customer_unique_id"
        )
    if since:
        queries |= _changes(since, exported, keys, campaign)
    try:
        with _partial_folder(folder) as partial, _transaction(connection, campaign):
            needed = 4 * sum(segment.csv_bytes for segment in segments)
            free = shutil.disk_usage(partial).free
            if free < needed:
                raise UserError(
                    f"{folder.parent} has {free / 1e6:,.0f} MB left, and the export "
                    f"may take {needed / 1e6:,.0f} MB: make room, or export fewer "
                    "segments"
                )
            added = remember(connection, campaign, exported) if campaign else None
            (partial / "control").mkdir()
            written = {
                name: _write(connection.sql(query), name, partial)
                for name, query in queries.items()
            }
            if not any((partial / "control").iterdir()):
                (partial / "control").rmdir()
            manifest = {
                "data": "synthetic" if is_synthetic else "real",
                "model_id": model,
                "as_of_date": as_of,
                "min_silhouette": min_silhouette,
                "campaign": campaign and campaign.name,
                "control_share": campaign and campaign.control_share,
                "new_to_campaign": added,
                "changes_since": since and str(since),
                "segments": [
                    {"segment_key": one.key, "segment_name": one.name}
                    | written.pop(one.key)
                    for one in segments
                ],
                "others": written,
            }
            text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
            (partial / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
            _take_place(partial, folder)
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {_reason(error)}") from error
    return folder / MANIFEST


def choose_since(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    asked: datetime.date | None = None,
) -> tuple[datetime.date | None, str]:
    """Find the day since which an export tells who entered and left.

    Parameters
    ----------
    connection : DuckDBPyConnection
        A built database.
    folder : Path
        Where the export goes; its manifest knows the day of the export before. An
        export of the same day compares with the same day as that did.
    asked : date, optional
        Another day.

    Returns
    -------
    day : date or None
    why_not : str
        If there is none, the reason in a sentence.

    Raises
    ------
    UserError
        If nothing can be said about the day asked for.
    """
    ((as_of, first, last),) = connection.sql(
        "select (select max(as_of_date) from customer_segments), min(dbt_valid_from)"
        "::date, greatest(max(dbt_valid_from), max(dbt_valid_to))::date "
        "from intermediate.customer_segment_history"
    ).fetchall()
    day, why_not = asked, ""
    if day is None:
        manifest = _read_manifest(folder)
        day = manifest.get("as_of_date")
        if day == str(as_of):
            day = manifest.get("changes_since")
        day = datetime.date.fromisoformat(day) if day else None
    if last > as_of:
        why_not = (
            f"the history goes on until {last}, after {as_of}, the day of the build"
        )
    elif day is None:
        why_not = (
            "there is no export of an earlier day; --since DAY compares with any day"
        )
    elif day >= as_of:
        why_not = f"{day} is not before {as_of}, the day of the build"
    elif day < first:
        why_not = (
            f"the history begins on {first}, after {day}: `{called('replay')}` writes "
            "that of earlier months"
        )
    if why_not and asked:
        raise UserError(f"cannot tell who entered and left since {day}: {why_not}")
    return (None, why_not) if why_not else (day, "")


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


def _changes(
    since: datetime.date, exported: str, keys: str, campaign: Campaign | None
) -> dict[str, str]:
    """Write queries for who is in a segment and was not on a day, and the reverse."""
    then = (
        f"select * from segment_changes where entered_at <= date '{since}' "
        f"and (left_at is null or left_at > date '{since}')"
    )
    now = "select * from segment_changes where left_at is null"
    return {
        "entered": f"""
            select present.change_id, customer_unique_id, present.segment_key,
                past.segment_key as previous_segment_key, present.segment_name,
                past.segment_name as previous_segment_name, present.entered_at
            from ({now}) as present
            semi join ({exported} and not is_control) as members
                using (customer_unique_id, segment_key)
            left join ({then}) as past using (customer_unique_id)
            where present.segment_key is distinct from past.segment_key
            order by customer_unique_id
        """,
        "left": f"""
            select ending.change_id, past.customer_unique_id, past.segment_key,
                present.segment_key as next_segment_key, past.segment_name,
                present.segment_name as next_segment_name, past.entered_at, past.left_at
            from ({then}) as past
            inner join ({now}) as present
                on past.customer_unique_id = present.customer_unique_id
            inner join segment_changes as ending
                on ending.customer_unique_id = past.customer_unique_id
                and ending.entered_at = past.left_at
            where past.segment_key in ({keys})
                and present.segment_key is distinct from past.segment_key
                and not {is_control(campaign, "past.customer_unique_id")}
            order by past.customer_unique_id
        """,
    }


@contextlib.contextmanager
def _transaction(
    connection: duckdb.DuckDBPyConnection, campaign: Campaign | None
) -> Iterator[None]:
    """Remember a campaign only if its files have been written."""
    if not campaign:
        yield
        return
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _write(answer: duckdb.DuckDBPyRelation, name: str, partial: Path) -> dict:
    entry: dict = {"customer_count": len(answer)}
    for kind in ("csv", "parquet"):
        path = partial / f"{name}.{kind}"
        write_answer(answer, path)
        entry[kind] = {"file": f"{name}.{kind}", "bytes": path.stat().st_size}
    return entry


def _read_manifest(folder: Path) -> dict:
    """Read the manifest of the export in a folder; empty if there is none."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        if manifest["model_id"]:
            return manifest
    return {}


def _refuse_other_files(folder: Path) -> None:
    """Stop if replacing the folder as a whole would lose files."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UserError(f"{folder} is a file: name a folder")
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir()
    }
    ours = {name for name in found if re.fullmatch(r"(control/)?\..*\.partial", name)}
    manifest = _read_manifest(folder)
    if manifest:
        for entry in (*manifest["segments"], *manifest.get("others", {}).values()):
            ours |= {entry["csv"]["file"], entry["parquet"]["file"]}
        ours.add(MANIFEST)
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
        for left in beside.rglob("*"):
            if left.is_file() and left.suffix not in ENDINGS:
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
