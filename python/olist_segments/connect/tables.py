"""Look at a shop's files with DuckDB: how they are written, and what is in them."""

import codecs
import contextlib
import gzip
import re
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from olist_segments.connect.mapping import Column, tokens_of
from olist_segments.project import UserError
from olist_segments.raw import workbooks
from olist_segments.raw.tables import table_files

# Lines of a file that are looked at.
LINES = 1_000_000
_BLOCK = 1 << 20
_VALUES = 2000
# Share of the values that must be readable. A few lines of an export may be wrong; they
# are rejected one by one.
_ENOUGH = 0.99
# How times may be written: the most usual first, and the day before the month.
_FORMATS = [
    f"{day}{time}"
    for day in (
        *("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y"),
        *("%Y/%m/%d", "%Y.%m.%d", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%b-%Y"),
        *("%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y%m%d"),
    )
    for time in (
        *("", " %H:%M:%S", " %H:%M", "T%H:%M:%S", "T%H:%M:%SZ", "T%H:%M:%S.%fZ"),
        *(" %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", " %H:%M:%S %z", ", %H:%M"),
    )
]
# Read without saying how.
USUAL_FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S")
_NUMBER = r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$"
_WHOLE = r"^[-+]?[0-9]+(\.0+)?$"
# A number is a time only if it is like 20180131.
_IS_LIKE_TIME = (
    "length(value) between 6 and 35 and regexp_matches(value, '[0-9]') "
    "and (not regexp_matches(value, '^[0-9]+$') "
    "or regexp_matches(value, '^(19|20)[0-9]{6}$'))"
)
_POINT_ZERO = r"^[0-9]+\.0$"
# Money with a sign, or with commas between thousands: $1,200.50; only the first of
# these cannot be read as a decimal comma.
_SIGNED = r"[$€£¥]|,[0-9]{3}\."
_MONEY = r"^-?[$€£¥]? ?-?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?$"
_COMMA = r"^\s*[-+]?[0-9]{1,3}(\.[0-9]{3})*,[0-9]+\s*$|^\s*[-+]?[0-9]+,[0-9]+\s*$"


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
        A comma if numbers have one.
    """

    name: str
    files: list[Path]
    pattern: str
    columns: list[Column]
    line_count: int
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."

    @property
    def relation(self) -> str:
        """Its name in the connection that read it."""
        return f'"{self.name}"'


def read_tables(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Path]
) -> list[Table]:
    """Read files into tables of a connection, all columns as text.

    Files whose headers name the same columns become one table.

    Parameters
    ----------
    connection : DuckDBPyConnection
    files : sequence of Path
        CSV, also compressed with gzip; Parquet; Excel workbooks.

    Returns
    -------
    list of Table
        In the order of the files.

    Raises
    ------
    UserError
        If a file cannot be read, or its first line does not name its columns.
    """
    groups: dict[tuple, list[Path]] = defaultdict(list)
    read: dict[Path, tuple] = {}
    for path in files:
        if not path.is_file():
            raise UserError(f"{path} is not there")
        if path.suffix.lower() in (".zip", ".7z", ".rar", ".tar", ".tgz"):
            raise UserError(f"{path} is an archive: unpack it, and name the file in it")
        relation, how = _relation(path)
        try:
            names = connection.sql(f"select * from {relation} limit 0").columns
        except duckdb.Error as error:
            raise UserError(f"{path} cannot be read: {_short(error)}") from error
        names = [one for one in names if not re.fullmatch(r"column\d+", one)]
        _refuse_header(path, names)
        groups[tuple(name.lower() for name in names)].append(path)
        read[path] = relation, how, names
    tables: list[Table] = []
    called = _names(list(groups.values()))
    for name, paths in zip(called, groups.values(), strict=True):
        *_, how, names = read[paths[0]]
        picked = ", ".join(
            f"cast({quoted(one)} as varchar) as {quoted(one)}" for one in names
        )
        values = [f"cast({quoted(one)} as varchar)" for one in names]
        filled = f"coalesce({', '.join(values)}) is not null"
        every = " union all ".join(
            f"(select {picked} from {read[one][0]} where {filled} limit {LINES})"
            for one in paths
        )
        try:
            connection.execute(f'create table "{name}" as {every}')
        except duckdb.Error as error:
            raise UserError(f"{paths[0]} cannot be read: {_short(error)}") from error
        ((count,),) = connection.sql(f'select count(*) from "{name}"').fetchall()
        if not count:
            raise UserError(f"{paths[0]} has a header but no lines")
        columns, decimal = _columns(connection, name, names, len(tables))
        tables.append(
            Table(name, paths, _pattern(paths), columns, count, decimal=decimal, **how)
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
    return '"' + name.replace('"', '""') + '"'


@cache
def _reserved() -> set[str]:
    """Return the words that cannot be names without quotes."""
    found = duckdb.sql(
        "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"
    ).fetchall()
    return {word for (word,) in found}


def _relation(path: Path) -> tuple[str, dict[str, str]]:
    """Return how DuckDB reads a file, all as text, and what was found out about it."""
    is_workbook = path.suffix.lower() in workbooks.SUFFIXES
    is_parquet = path.suffix.lower() == ".parquet"
    encoding = "utf-8" if is_workbook or is_parquet else _encoding(path)
    if is_workbook:
        print(f"Reading {path.name} ...", flush=True)
    (file,) = table_files(path.parent, path.name, encoding)
    name = file.path.replace("'", "''")
    if is_parquet:
        return f"read_parquet('{name}')", {"delimiter": ""}
    try:
        ((delimiter, quote, skipped, columns),) = duckdb.sql(
            f"select Delimiter, Quote, SkipRows, len(Columns) from sniff_csv('{name}')"
        ).fetchall()
    except duckdb.Error as error:
        raise UserError(
            f"{path} is not a CSV that can be read: {_short(error)}"
        ) from error
    if columns < 2:
        raise UserError(
            f"{path} has one column only: its columns must be separated by commas, "
            "semicolons, tabs or bars"
        )
    if skipped:
        raise UserError(
            f"{path} has {skipped} lines above the names of its columns: remove them"
        )
    quote = '"' if quote in ("(empty)", '"') else quote
    options = (
        f"header = true, all_varchar = true, delim = '{delimiter}', quote = '{quote}', "
        f"escape = '{quote}', ignore_errors = true"
    )
    return f"read_csv('{name}', {options})", {
        "delimiter": delimiter,
        "encoding": encoding,
    }


def _encoding(path: Path) -> str:
    """Find out the encoding of a text file, of four."""
    opened = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opened(path, "rb") as source:
            if source.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
                return "utf-16"
        for encoding in ("utf-8", "cp1252"):
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


def _columns(
    connection: duckdb.DuckDBPyConnection, table: str, names: list[str], number: int
) -> tuple[list[Column], str]:
    """Find out what the values of each column look like, and the decimal sign."""
    asked = []
    for name in names:
        value = f"nullif(trim({quoted(name)}), '')"
        asked.append(f"count({value})")
        asked += [
            f"count({value}) filter (where regexp_matches({value}, '{pattern}'))"
            for pattern in (_NUMBER, _COMMA, _WHOLE, _POINT_ZERO, _SIGNED, _MONEY)
        ]
        asked.append(f"arg_min({value}, rowid)")
    (answers,) = connection.sql(f'select {", ".join(asked)} from "{table}"').fetchall()
    parts = [answers[place : place + 8] for place in range(0, len(answers), 8)]
    has_comma = any(
        filled and comma and not signed and comma + point >= _ENOUGH * filled
        for filled, point, comma, _, _, signed, *_ in parts
    )
    columns = []
    for name, (filled, point, comma, whole, zero, signed, money, example) in zip(
        names, parts, strict=True
    ):
        kinds = set()
        enough = _ENOUGH * filled
        numbers = point + comma if has_comma else point
        date_format = _date_format(connection, table, name) if filled else ""
        if filled and whole >= enough:
            kinds |= {"whole", "number"}
        elif filled and (numbers >= enough or (signed and money >= enough)):
            kinds.add("number")
        elif filled:
            kinds.add("text")
        if date_format:
            kinds.add("time")
            if date_format != "%Y%m%d":
                kinds = {"time"}
        columns.append(
            Column(
                name,
                frozenset(kinds),
                table=number,
                example=example or "",
                has_point_zero=bool(filled) and zero == filled,
                date_format=date_format,
                is_money=bool(signed) and money >= enough,
            )
        )
    return columns, "," if has_comma else "."


def _date_format(connection: duckdb.DuckDBPyConnection, table: str, name: str) -> str:
    """Find the usual way of writing times in which nearly all values can be read."""
    value = f"trim({quoted(name)})"
    relation = (
        f'(select {value} as value, count(*) as times from "{table}" '
        f"where {value} <> '' group by value order by hash(value) limit {_VALUES})"
    )
    tried = [f"sum(times) filter (where {_IS_LIKE_TIME})"]
    tried += [
        f"sum(times) filter (where try_strptime(value, '{one}') is not null)"
        for one in _FORMATS
    ]
    ((count, like_times, *readable),) = connection.sql(
        f"select sum(times), {', '.join(tried)} from {relation} as values_of_column"
    ).fetchall()
    readable = [one or 0 for one in readable]
    most = max(readable)
    if min(like_times or 0, most) < _ENOUGH * count:
        return ""
    return _FORMATS[readable.index(most)]


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
    """Return the name of one file, or a pattern for several."""
    names = [_unpacked(path.name) for path in paths]
    if len(names) == 1:
        return names[0]
    start = _common_start(names)
    end = _common_start([name[::-1] for name in names])[::-1]
    shortest = min(len(name) for name in names)
    return f"{start}*{end[max(0, len(start) + len(end) - shortest) :]}"


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
