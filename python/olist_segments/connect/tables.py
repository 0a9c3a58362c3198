"""Look at a shop's files with DuckDB: how they are written, and what is in them."""

import codecs
import contextlib
import csv
import gzip
import io
import itertools
import re
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from glob import escape
from pathlib import Path
from typing import NamedTuple

import duckdb

from olist_segments.connect.kinds import columns_of
from olist_segments.connect.mapping import Column, tokens_of
from olist_segments.project import UserError
from olist_segments.raw import workbooks
from olist_segments.raw.check import RawFile, find_lines, find_problems, read_header
from olist_segments.raw.tables import table_files
from olist_segments.sql import identifier, literal

# Lines of a file that are looked at.
LINES = 1_000_000
_BLOCK = 1 << 20
_SAMPLE = 1 << 16
_DELIMITERS = ",;\t|"
_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".tgz")
_FAULTS = {
    "MISSING COLUMNS": "too few fields",
    "TOO MANY COLUMNS": "too many fields",
    "UNQUOTED VALUE": "a quote is not closed, or text follows it",
}


@dataclass(frozen=True)
class Table:
    """Files with the same columns, or one.

    Attributes
    ----------
    name : str
        In small letters, for dbt and SQL.
    files : list of Path
    pattern : str
        Name of the file, or a pattern that finds the files.
    columns : list of Column
    line_count : int
        Up to `LINES` a file.
    delimiter : str
        Empty for Parquet.
    encoding : str
        utf-8, utf-16, cp1252 (of Windows, with all letters of Latin-1), or latin-1.
    decimal : str
        A comma if all numbers with decimals have one.
    repeated : frozenset of str
        Names in small letters that its header has twice.
    unread_count : int
        Lines that cannot be read, for their quotes or their number of fields.
    first_unread : str
        File, line and fault of the first of them.
    sheets_left_out : tuple of str
        Sheets of its workbooks with another first row.
    """

    name: str
    files: list[Path]
    pattern: str
    columns: list[Column]
    line_count: int
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    repeated: frozenset[str] = frozenset()
    unread_count: int = 0
    first_unread: str = ""
    sheets_left_out: tuple[str, ...] = ()

    @property
    def relation(self) -> str:
        """Its name in the connection that read it."""
        return f'"{self.name}"'


class _File(NamedTuple):
    """A file, and how DuckDB reads it, all as text."""

    path: Path
    relation: str
    names: list[str]
    repeated: frozenset[str] = frozenset()
    delimiter: str = ""
    encoding: str = "utf-8"
    rejects: str = ""
    readable: str = ""
    sheets_left_out: tuple[str, ...] = ()


def read_tables(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[Path],
    null_words: Sequence[str] = (),
) -> list[Table]:
    """Read files into tables of a connection, all columns as text.

    Files whose headers name the same columns, in any order, become one table.

    Parameters
    ----------
    connection : DuckDBPyConnection
    files : sequence of Path
        CSV, also compressed with gzip; Parquet; Excel workbooks.
    null_words : sequence of str
        Words in small letters that stand for a missing value.

    Returns
    -------
    list of Table
        In the order of the files.

    Raises
    ------
    UserError
        If a file cannot be read, its first line does not name its columns, or files
        that belong together are not written alike or cannot be found by a pattern.
    """
    connection.execute("set TimeZone = 'UTC'")
    groups: dict[frozenset, list[_File]] = defaultdict(list)
    for number, path in enumerate(files):
        file = _read_file(connection, path, number)
        _refuse_header(path, file.names)
        groups[frozenset(name.lower() for name in file.names)].append(file)
    tables: list[Table] = []
    paths = [[one.path for one in group] for group in groups.values()]
    for name, group in zip(_names(paths), groups.values(), strict=True):
        encoding = _common_encoding(group)
        count, unread_count, first_unread = _load(connection, name, group)
        names = group[0].names
        columns, decimal = columns_of(connection, name, names, len(tables), null_words)
        tables.append(
            Table(
                name,
                [one.path for one in group],
                _pattern([one.path for one in group]),
                columns,
                count,
                delimiter=group[0].delimiter,
                encoding=encoding,
                decimal=decimal,
                repeated=group[0].repeated,
                unread_count=unread_count,
                first_unread=first_unread,
                sheets_left_out=tuple(
                    sheet for one in group for sheet in one.sheets_left_out
                ),
            )
        )
    return tables


def quoted(name: str) -> str:
    """Return the name of a column for SQL.

    Parameters
    ----------
    name : str

    Returns
    -------
    str
        In quotes only if it needs them.
    """
    if (
        re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)
        and name.lower() not in _reserved()
    ):
        return name
    return identifier(name)


@cache
def _reserved() -> set[str]:
    """Return the words that cannot be names without quotes."""
    found = duckdb.sql(
        "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"
    ).fetchall()
    return {word for (word,) in found}


def _read_file(connection: duckdb.DuckDBPyConnection, path: Path, number: int) -> _File:
    """Find out how a file is read."""
    suffix = path.suffix.lower()
    if not path.is_file():
        raise UserError(f"{path} is not there")
    if suffix in _ARCHIVES:
        raise UserError(f"{path} is an archive: unpack it, and name the file in it")
    if suffix in (".json", ".jsonl", ".ndjson", ".xml"):
        raise UserError(f"{path} is no table: export it as CSV")
    if suffix == ".parquet":
        relation = f"read_parquet({literal(escape(str(path)))})"
        try:
            names = connection.sql(f"select * from {relation} limit 0").columns
        except duckdb.Error as error:
            raise UserError(f"{path} cannot be read: {_short(error)}") from error
        return _File(path, relation, names)
    is_workbook = suffix in workbooks.SUFFIXES
    if is_workbook:
        print(f"Reading {path.name} ...", flush=True)
    found = "utf-8" if is_workbook else _encoding(path)
    encoding = "utf-8" if found == "ascii" else found
    (file,) = table_files(path.parent, path.name, encoding)
    delimiter = _delimiter(Path(file.path))
    contract = RawFile(path.name, [], True, delimiter or ",", encoding, mapping=[])
    for problem in find_problems(path.parent, [contract], max_bad_share=1):
        raise UserError(f"{path.parent / problem}")
    header = read_header(Path(file.path), delimiter or ",")
    first = ", ".join(filter(None, header))
    if not delimiter or first in header:
        raise UserError(
            f"the first line of {path} must name its columns, separated by commas, "
            f"semicolons, tabs or bars: it is {first[:60]!r}. If this is a "
            "title, remove the lines above the names"
        )
    lower = [name.lower() for name in header]
    names = [
        name if name and name.lower() not in lower[:place] else f"unused_{place + 1}"
        for place, name in enumerate(header)
    ]
    types = ", ".join(f"{literal(name)}: 'varchar'" for name in names)
    relation = (
        f"read_csv({literal(escape(file.path))}, auto_detect = false, header = true, "
        f"strict_mode = true, delim = '{delimiter}', quote = '\"', escape = '\"', "
        f"nullstr = '', store_rejects = true, rejects_table = 'rejects_{number}', "
        f"rejects_scan = 'scans_{number}', columns = {{{types}}})"
    )
    return _File(
        path,
        relation,
        [one for one in names if not re.fullmatch(r"unused_\d+", one)],
        frozenset(one for one in lower if one and lower.count(one) > 1),
        delimiter,
        found,
        f"rejects_{number}",
        file.path,
        tuple(workbooks.sheets_left_out(path)) if is_workbook else (),
    )


def _delimiter(path: Path) -> str:
    """Find the character between the fields of a CSV; empty if there is none."""
    with path.open("rb") as opened:
        sample = opened.read(_SAMPLE).decode("utf-8-sig", errors="replace")
    best = 0.0, 0, ""
    for delimiter in _DELIMITERS:
        lines = io.StringIO(sample, newline=None)
        with contextlib.suppress(csv.Error):  # a field of more than 131,072 letters
            rows = itertools.islice(csv.reader(lines, delimiter=delimiter), 100)
            counts = [len(row) for row in rows]
            width = counts[0] if counts else 0
            share = counts.count(width) / max(1, len(counts))
            if width > 1:
                best = max(best, (share * width, width, delimiter))
    return best[-1]


def _load(
    connection: duckdb.DuckDBPyConnection, name: str, group: Sequence[_File]
) -> tuple[int, int, str]:
    """Make a table of files; return its lines, those that cannot be read, the first."""
    selects = []
    for file in group:
        own = {one.lower(): identifier(one) for one in file.names}
        picked = ", ".join(
            f"cast({own[one.lower()]} as varchar) as {identifier(one)}"
            for one in group[0].names
        )
        selects.append(f"(select {picked} from {file.relation} limit {LINES})")
    try:
        connection.execute(f'create table "{name}" as {" union all ".join(selects)}')
    except duckdb.Error as error:
        raise UserError(f"{group[0].path} cannot be read: {_short(error)}") from error
    ((count,),) = connection.sql(f'select count(*) from "{name}"').fetchall()
    unread_count, first = 0, ""
    for file in group:
        if not file.rejects:
            continue
        rejected = connection.sql(
            "select line, min(line_byte_position), min(byte_position), "
            f"arg_min(error_type, byte_position) from {file.rejects} "
            "group by line order by line"
        ).fetchall()
        unread_count += len(rejected)
        if rejected and not first:
            _, start, place, fault = rejected[0]
            (line,) = find_lines(Path(file.readable), [start], [place], file.delimiter)
            first = (
                f"{file.path.name} line {line.line_number:,}: "
                f"{_FAULTS.get(fault, fault.lower())}"
            )
    if unread_count > count:
        raise UserError(
            f"{unread_count:,} of {count + unread_count:,} lines do not fit the names "
            f"in the first line, {', '.join(group[0].names)} ({first}): that line must "
            "name every column, also an empty last one, without other lines above it, "
            "and amounts with a decimal comma must be in quotes"
        )
    if not count:
        raise UserError(f"{group[0].path} has a header but no lines")
    return count, unread_count, first


def _common_encoding(group: Sequence[_File]) -> str:
    """Return the encoding of files that are read as one table."""
    for one in group[1:]:
        if one.delimiter != group[0].delimiter:
            raise UserError(
                f"{group[0].path.name} and {one.path.name} have the same columns, but "
                "other characters between them: save both alike"
            )
    found = {one.encoding: one.path.name for one in group}
    found.pop("ascii", None)  # which is any of them
    if len(found) > 1:
        said = " and ".join(f"{name} is in {one}" for one, name in found.items())
        raise UserError(f"{said}: save both as UTF-8")
    return next(iter(found), "utf-8")


def _encoding(path: Path) -> str:
    """Find out the encoding of a text file, of five."""
    opened = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opened(path, "rb") as source:
            if source.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
                return "utf-16"
        for encoding in ("ascii", "utf-8", "cp1252"):
            decoder = codecs.getincrementaldecoder(encoding)()
            with opened(path, "rb") as source, contextlib.suppress(UnicodeDecodeError):
                while block := source.read(_BLOCK):
                    decoder.decode(block)
                return encoding
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path} cannot be read: {error}") from error
    return "latin-1"


def _refuse_header(path: Path, names: list[str]) -> None:
    """Refuse a first line that has values in place of names."""
    values = [one for one in names if re.fullmatch(r"[-+0-9.,:/ ]+", one)]
    if values:
        raise UserError(
            f"the first line of {path} must name its columns, and {values[0]!r} is no "
            "name: add a line with the names"
        )


def _names(groups: Sequence[Sequence[Path]]) -> list[str]:
    """Name tables after their files, without the words with which all begin."""
    found = [
        tokens_of(_common_start([_stem(path) for path in paths])) for paths in groups
    ]
    if len(found) > 1:
        while len({one[0] for one in found if one}) == 1 and all(found):
            found = [one[1:] for one in found]
    names: list[str] = []
    for words in found:
        while len(words) > 1 and words[-1].isdigit():
            words = words[:-1]
        name = "_".join(words) or "orders"
        name = f"t_{name}" if name[0].isdigit() else name
        while name in names:
            name += "_2"
        names.append(name)
    return names


def common_name(files: Sequence[Path]) -> str:
    """Return a name for the shop to which files belong.

    Parameters
    ----------
    files : sequence of Path

    Returns
    -------
    str
        The words with which the names of all begin, or else the name of the first.
    """
    words = [tokens_of(_stem(path)) for path in files]
    common = []
    for group in zip(*words, strict=False):
        if len(set(group)) > 1:
            break
        common.append(group[0])
    return "_".join(common or words[0])


def _pattern(paths: Sequence[Path]) -> str:
    """Return the name of one file, or a pattern that finds several and no other."""
    names = [_unpacked(path.name) for path in paths]
    if len(names) == 1:
        return names[0]
    start = _common_start(names)
    end = _common_start([name[::-1] for name in names])[::-1]
    shortest = min(len(name) for name in names)
    end = end[max(0, len(start) + len(end) - shortest) :]
    pattern = f"{escape(start)}*{escape(end)}"
    found = table_files(paths[0].parent, pattern)
    others = sorted({one.name for one in found} - {path.name for path in paths})
    if others:
        raise UserError(
            f"{pattern}, which finds {' and '.join(names[:2])}, also finds "
            f"{others[0]}: connect it as well, or move it to another folder"
        )
    return pattern


def _common_start(names: Sequence[str]) -> str:
    """Return what all names begin with."""
    start = names[0]
    while not all(name.startswith(start) for name in names):
        start = start[:-1]
    return start


def _stem(path: Path) -> str:
    return Path(_unpacked(path.name)).stem


def _unpacked(name: str) -> str:
    """Return the name under which a file counts: without .gz."""
    return name.removesuffix(".gz").removesuffix(".GZ")


def _short(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200]
