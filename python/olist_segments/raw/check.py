"""Check the nine raw CSV files before anything is built, and find lines in them."""

import csv
import io
import mmap
import re
import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import NamedTuple

from olist_segments.project import UserError, called
from olist_segments.raw.files import visible_names
from olist_segments.raw.tables import table_files

_BLOCK = 1 << 20
_SAMPLE = 1 << 16
# DuckDB reads no longer lines.
_LONGEST_LINE = 2_000_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LINE_ENDS = {b"\n": "LF", b"\r\n": "CRLF", b"\r": "CR"}
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_ESCAPED = r' (it has \": write a quote in a text as "")'
# The first bytes of files that are not CSV in UTF-8, and how to convert them.
_OTHER_FORMATS = {
    b"PK\x03\x04": "a zip archive or an Excel workbook: unpack it, or in Excel save as "
    "'CSV UTF-8'",
    b"\x1f\x8b": "compressed with gzip: add .gz to its name, or unpack it",
    b"PAR1": "a Parquet file: export it as CSV",
    b"\xff\xfe": "in UTF-16: save it as UTF-8 (in Excel 'CSV UTF-8')",
    b"\xfe\xff": "in UTF-16: save it as UTF-8 (in Excel 'CSV UTF-8')",
    b"version https://git-lfs": "a pointer of Git LFS, which stands for the file: run "
    "`git lfs pull` where it comes from",
    b"\xef\xbb\xbf": "marked as UTF-8 twice: remove one byte order mark at its start",
    b"<": "a web page or XML: the download went wrong, download it again",
}

# What is a column's name rather than an expression.
_NAME = re.compile(r"[^\W\d][\w ]*")
_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_QUOTED = re.compile(rb'"[^"]*+(?:""[^"]*+)*+"')


@dataclass(frozen=True)
class RawFile:
    """The contract of a raw file.

    Attributes
    ----------
    name : str
        File name inside the raw folder, or a pattern of the names of several.
    columns : sequence of str
        Columns that its first line must name, in any order; there may be others.
    may_be_empty : bool
        Whether the file may have no rows.
    delimiter : str
        The character between fields.
    encoding : str
        Its encoding, as Python names it.
    mapping : sequence of str, optional
        For a table of a shop: what its columns are mapped from, names of columns,
        which must be there, and SQL expressions.
    """

    name: str
    columns: Sequence[str]
    may_be_empty: bool = False
    delimiter: str = ","
    encoding: str = "utf-8"
    mapping: Sequence[str] | None = None


class RejectedLine(NamedTuple):
    r"""A line of a CSV that was rejected, and its place as an editor shows it.

    Attributes
    ----------
    place : int
        The byte at which the reader failed, counted from 1.
    line_number : int
        Number of its first line; the header is 1.
    line_count : int
        Lines that it spans: more than one if a quoted field has line breaks.
    raw_line : str
        Its text without the line end; bytes that are not UTF-8 as ``\xe3``.
    """

    place: int
    line_number: int
    line_count: int
    raw_line: str


class FoundRecord(NamedTuple):
    r"""A record of a CSV, found by its number.

    Attributes
    ----------
    record : int
        Its number; the first below the header is 0.
    line_number, line_count, raw_line
        As in `RejectedLine`.
    fault : str or None
        The fault in its quotes, bytes or number of fields, if it has one.
    field : int or None
        Number of the first field that is wrong or missing, from 0; None if there are
        too many fields or there is no fault.
    """

    record: int
    line_number: int
    line_count: int
    raw_line: str
    fault: str | None
    field: int | None


def read_contract(source: dict) -> list[RawFile]:
    """Read the contracts of a shop's files from its source, as dbt's YAML has it.

    Parameters
    ----------
    source : dict
        An entry of ``sources``.

    Returns
    -------
    list of RawFile
        In the order of the YAML; tables without a file are left out.
    """
    contract = []
    for table in source["tables"]:
        meta = table.get("config", {}).get("meta", {})
        if "file" not in meta:
            continue
        names = [column["name"] for column in table.get("columns", [])]
        mapping = None
        if source["name"] != "olist":
            mapping = [str(one) for one in (meta.get("columns") or {}).values()]
        contract.append(
            RawFile(
                meta["file"],
                names,
                meta.get("may_be_empty", mapping is not None),
                meta.get("delimiter", ","),
                meta.get("encoding", "utf-8"),
                mapping,
            )
        )
    return contract


def find_problems(
    folder: Path, contract: Sequence[RawFile], *, max_bad_share: float
) -> list[str]:
    """List everything that makes the raw files unusable.

    Every file is read once from end to end, but not parsed.

    Parameters
    ----------
    folder : Path
        The folder of the files; it may be missing.
    contract : sequence of RawFile
        The contracts of the files.
    max_bad_share : float
        Share of the lines of a file that may have bytes that are not UTF-8, from 0
        to 1. Up to this share, the reader rejects these lines one by one.

    Returns
    -------
    list of str
        One sentence per problem: the name of the file, what was expected, what was
        found, what to do. Empty if there is none.
    """
    if not contract:  # the tables of a shop may all stand in a database
        return []
    if not folder.is_dir():
        return [_folder_problem(folder)]
    if any(expected.mapping is not None for expected in contract):
        return [
            problem
            for expected in contract
            for problem in _table_problems(folder, expected, max_bad_share)
        ]
    names = [expected.name for expected in contract]
    missing = [name for name in names if not (folder / name).exists()]
    nearest = _nearest_files(folder, missing, names) if missing else {}
    if missing == names and not nearest:
        there = visible_names(folder)
        found = f" (it has {', '.join(there[:5])})" if there else ""
        other = (
            f"; or, if {there[0]} has another shop's orders, run "
            f"`{called('connect')} {shlex.quote(str(folder / there[0]))}`"
            if there
            else ""
        )
        return [
            f"none of the files is in {folder}{found}: put them there, "
            f"{', '.join(names)}, or an archive of them, which the build unpacks"
            f"{other}; or, for synthetic data, run `{called('build --target demo')}`"
        ]
    problems = []
    for expected in contract:
        problem = _file_problem(folder / expected.name, nearest.get(expected.name))
        found = (
            [problem]
            if problem
            else _content_problems(folder / expected.name, expected, max_bad_share)
        )
        problems += [f"{expected.name} {problem}" for problem in found]
    return problems


def read_header(path: Path, delimiter: str = ",") -> list[str]:
    """Return the column names in the first line of a CSV.

    Parameters
    ----------
    path : Path
    delimiter : str

    Returns
    -------
    list of str
        Without a byte order mark, quotes and white space around the names.
    """
    with path.open("rb") as opened:
        return _names(_first_line(opened.read(_BLOCK)), delimiter)


def date_columns(path: Path) -> list[str]:
    """Name the columns of a CSV that have days without a time.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of str
        Columns in which some values of the first lines are like 2018-01-31 and none
        has a colon.
    """
    with path.open("rb") as opened:
        start = opened.read(_SAMPLE).removeprefix(_BYTE_ORDER_MARK)
    # A time that is cut off at the end would look like a day.
    whole = start if len(start) < _SAMPLE - 3 else start[: start.rfind(b"\n")]
    lines = io.StringIO(whole.decode("utf-8", errors="replace"), newline="")
    kinds: dict[str, set[str]] = {}
    try:
        for row in csv.DictReader(lines):
            for name, value in row.items():
                if isinstance(value, str) and (_DAY.fullmatch(value) or ":" in value):
                    kind = "time" if ":" in value else "day"
                    kinds.setdefault(str(name).strip(), set()).add(kind)
    except csv.Error:  # a value of more than 131,072 letters
        pass
    return [name for name, found in kinds.items() if found == {"day"}]


def find_headers(path: Path, delimiter: str = ",") -> list[RejectedLine]:
    """Find the lines of a CSV that repeat its header, as in files put together.

    Parameters
    ----------
    path : Path
    delimiter : str

    Returns
    -------
    list of RejectedLine
        In the order of the file; a byte order mark and quotes do not matter.
    """
    found = []
    names = read_header(path, delimiter)
    record = _record(delimiter)
    rarest = max(names, key=len, default="").encode("utf-8")
    with (
        path.open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        line_end = b"\n" if content.find(b"\n") >= 0 else b"\r"
        line_number, counted = 1, 0
        end = content.find(line_end)
        while rarest and end >= 0 and (place := content.find(rarest, end)) >= 0:
            start = content.rfind(line_end, 0, place) + 1
            end = max(record.match(content, start).start("end"), place + 1)
            raw = content[start:end]
            if _is_header(raw, names, delimiter):
                line_number += content[counted:start].count(line_end)
                counted = start
                found.append(RejectedLine(start + 1, line_number, 1, _text(raw)))
    return found


def find_lines(
    path: Path,
    positions: Sequence[int],
    places: Sequence[int],
    delimiter: str = ",",
) -> list[RejectedLine]:
    """Find the lines of a CSV that a reader rejected.

    Parameters
    ----------
    path : Path
    positions : sequence of int
        The byte at which each line begins, counted from 1. DuckDB may be wrong about
        it if quotes are out of order; then `places` decides.
    places : sequence of int
        A byte of each line, or of its end, at which the reader failed.
    delimiter : str

    Returns
    -------
    list of RejectedLine
        One per position, in the order of `places`; no line appears twice.
    """
    found = []
    end = -1
    record = _record(delimiter)
    with (
        path.open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        line_end = b"\n" if content.find(b"\n") >= 0 else b"\r"
        line_number, counted = 1, 0
        for place, position in sorted(zip(places, positions, strict=True)):
            start = content.rfind(line_end, 0, position - 1) + 1
            if record.match(content, start).start("end") < place - 1:
                start = content.rfind(line_end, 0, place - 1) + 1
            if start <= end:
                continue
            end = record.match(content, start).start("end")
            line_number += content[counted:start].count(line_end)
            counted = start
            raw = content[start:end].removesuffix(line_end)  # if a quote is not closed
            found.append(
                RejectedLine(
                    place,
                    line_number,
                    1 + raw.count(line_end),
                    _text(raw),
                )
            )
    return found


def find_records(
    path: Path,
    records: Sequence[int],
    field_count: int,
    delimiter: str = ",",
    without: Sequence[int] = (),
) -> list[FoundRecord]:
    """Find records of a CSV that a reader could not read, by their numbers.

    Parameters
    ----------
    path : Path
    records : sequence of int
        The first below the header is 0; empty lines do not count.
    field_count : int
        Number of fields that a record should have.
    delimiter : str
    without : sequence of int
        Numbers of lines whose records have no number, as the reader rejected them.

    Returns
    -------
    list of FoundRecord
        The records that exist, in the order of the file.
    """
    wanted = set(records)
    if not wanted:
        return []
    found = []
    with (
        path.open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        line_end = b"\n" if content.find(b"\n") >= 0 else b"\r"
        line_number, counted, number = 1, 0, -1
        header = read_header(path, delimiter)
        for match in _record(delimiter).finditer(content):
            start, end = match.start(), match.start("end")
            if start == end:
                continue
            if number in wanted or without:
                line_number += content[counted:start].count(line_end)
                counted = start
            if line_number in without and counted == start:
                continue
            if number in wanted:
                raw = content[start:end].removesuffix(line_end)
                found.append(
                    FoundRecord(
                        number,
                        line_number,
                        1 + raw.count(line_end),
                        _text(raw),
                        *_record_fault(raw, field_count, header, delimiter),
                    )
                )
            number += 1
    return found


def count_lines(path: Path, delimiter: str = ",") -> int:
    """Count the lines below the header of a CSV that are not empty.

    Parameters
    ----------
    path : Path
    delimiter : str

    Returns
    -------
    int
        A record with line breaks in quotes counts as one line.
    """
    with (
        path.open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        records = _record(delimiter).finditer(content)
        return sum(record.start() < record.start("end") for record in records) - 1


@cache
def _record(delimiter: str) -> re.Pattern[bytes]:
    """Return a pattern of a record: fields, in quotes or without, and the line end.

    Text after a closing quote belongs to the field, so that reading continues after it.
    """
    one = re.escape(delimiter.encode("utf-8"))
    field = rb'(?:"[^"]*+(?:""[^"]*+)*+"?)?[^' + one + rb"\r\n]*+"
    return re.compile(field + rb"(?:" + one + field + rb")*+(?P<end>\r\n|\n|\r|\Z)")


@cache
def _field(delimiter: str) -> re.Pattern[bytes]:
    """Return a pattern of a field of a record."""
    one = re.escape(delimiter.encode("utf-8"))
    return re.compile(
        rb"(?:\A|" + one + rb')((?:"[^"]*+(?:""[^"]*+)*+"?)?[^' + one + rb"\r\n]*+)"
    )


def _record_fault(
    raw: bytes, field_count: int, header: list[str], delimiter: str
) -> tuple[str | None, int | None]:
    """Return the fault of a record, as rejected_rows has it, and its field."""
    if _is_header(raw, header, delimiter):
        return "repeats the header", None
    hint = _ESCAPED if b'\\"' in raw else ""
    if len(raw) > _LONGEST_LINE:
        return f"longer than {_LONGEST_LINE:,} bytes", None
    fields = _field(delimiter).findall(raw)
    for number, one in enumerate(fields):
        if one.startswith(b'"') and not _QUOTED.fullmatch(one):
            return "a quote is not closed, or text follows it" + hint, number
    for number, one in enumerate(fields):
        try:
            one.decode("utf-8")
        except UnicodeDecodeError:
            return "not UTF-8", number
    if len(fields) < field_count:
        return "too few fields" + hint, len(fields)
    return "too many fields" + hint if len(fields) > field_count else None, None


def _folder_problem(folder: Path) -> str:
    """Return why a path is not a folder of files."""
    if folder.exists():
        return "this is a file: name a folder, or move the file to data/raw"
    if "~" in folder.parts:
        return "the folder does not exist: write the path of your home in place of ~"
    return "the folder does not exist: name one that does, or put the files there"


def _nearest_files(
    folder: Path, missing: Sequence[str], names: Sequence[str]
) -> dict[str, Path]:
    """Find what may be meant by missing names, here or up to two folders below."""
    found = {}
    for pattern in ("*/*/*.*", "*/*.*", "*.*"):
        for one in folder.glob(pattern):
            path = one.relative_to(folder)
            if str(path) not in names and one.is_file():
                name = path.name.lower()
                found[name.removesuffix(".gz").removesuffix(".zip")] = path
    # What has one of the names is not offered in place of another.
    others = [name for name in found if name not in names]
    nearest = {}
    for name in missing:
        close = [name] if name in found else get_close_matches(name, others, 1, 0.8)
        if close:
            nearest[name] = found[close[0]]
    return nearest


def _table_problems(folder: Path, expected: RawFile, max_bad_share: float) -> list[str]:
    """Return why the files of a shop's table cannot be read, if so."""
    try:
        files = table_files(folder, expected.name, expected.encoding)
    except UserError as error:
        return [str(error)]
    if not files:
        nearest = _nearest_files(folder, [expected.name], [expected.name])
        there = [str(one) for one in nearest.values()] or visible_names(folder)[:5]
        found = f" (found {', '.join(there)})" if there else ""
        return [
            f"{expected.name} is missing from {folder}{found}: put it there, or "
            "correct its name in the YAML of the shop"
        ]
    plain = [one for one in expected.mapping or () if _NAME.fullmatch(one)]
    wanted = replace(expected, columns=list(dict.fromkeys([*expected.columns, *plain])))
    return [
        f"{one.name} {problem}"
        for one in files
        if not one.path.lower().endswith(".parquet")
        for problem in _content_problems(Path(one.path), wanted, max_bad_share)
    ]


def _file_problem(path: Path, nearest: Path | None) -> str | None:
    """Return why a file cannot be opened, if so; `nearest` may be meant by it."""
    if path.is_dir():
        return "is a folder: replace it with the file of this name"
    if path.is_symlink() and not path.exists():
        return f"is a link to {path.readlink()}, which is missing: put the file there"
    if not path.exists():
        if nearest is None:
            return f"is missing from {path.parent}: put it there under this name"
        advice = "rename it"
        if nearest.suffix.lower() in (".gz", ".zip"):
            advice = "unpack it, as a build does,"
        elif nearest.suffix.lower() in (".7z", ".bz2", ".rar", ".tar", ".tgz", ".xz"):
            advice = "unpack it"
        elif nearest.name == path.name:
            advice = "move it up"
        return (
            f"is missing from {path.parent}: found {str(nearest)!r} there, {advice} "
            "if this is the file"
        )
    try:
        with path.open("rb"):
            return None
    except OSError as error:
        return f"cannot be opened ({error.strerror}): allow reading it"


def _content_problems(path: Path, expected: RawFile, max_bad_share: float) -> list[str]:
    """Return why the content of a file cannot be read, if so."""
    with path.open("rb") as opened:
        start = opened.read(_BLOCK).removeprefix(_BYTE_ORDER_MARK)
    if not start.strip():
        return ["is empty: export it again"]
    for beginning, what in _OTHER_FORMATS.items():
        if start.startswith(beginning):
            return [f"is {what}"]
    first = _first_line(start)
    if "\0" in first:
        return ["is not a text file: export it again as CSV in UTF-8"]
    problem = _header_problem(
        first,
        expected.columns,
        expected.delimiter,
        is_table=expected.mapping is not None,
    )
    scanned = _scan(path, expected.delimiter)
    text = _text_problem(scanned, max_bad_share)
    below = re.split(rb"\r|\n", start, maxsplit=1)[1:]
    is_empty = len(start) < _BLOCK - 3 and not b"".join(below).strip()
    empty = None
    if is_empty and not expected.may_be_empty:
        empty = "has a header but no rows: export it again"
    return [one for one in (problem, text, empty) if one]


def _first_line(start: bytes) -> str:
    return _text(
        re.split(rb"\r|\n", start.removeprefix(_BYTE_ORDER_MARK), maxsplit=1)[0]
    )


def _is_header(raw: bytes, names: list[str], delimiter: str) -> bool:
    """Return whether a line has the names of a header."""
    try:
        rows = csv.reader([_first_line(raw)], delimiter=delimiter)
        return next(rows, []) == names
    except csv.Error:  # a field of more than 131,072 letters
        return False


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="backslashreplace")


def _names(line: str, delimiter: str) -> list[str]:
    rows = csv.reader(io.StringIO(line), delimiter=delimiter)
    try:
        return [name.strip() for name in next(rows, [])]
    except csv.Error:  # a name of more than 131,072 letters
        return []


def _header_problem(
    line: str, columns: Sequence[str], delimiter: str, *, is_table: bool
) -> str | None:
    """Return the fault of the names in the first line, if there is one."""
    found = _names(line, delimiter)
    if is_table:  # SQL does not mind capitals
        lower = [name.lower() for name in found]
        missing = [column for column in columns if column.lower() not in lower]
    else:
        missing = [column for column in columns if column not in found]
    for other, word in _DELIMITERS.items():
        named = [one for one in missing if one in _names(line, other)]
        if other != delimiter and len(named) > len(columns) / 2:
            asked = _DELIMITERS.get(delimiter, repr(delimiter))
            advice = f"save it with {asked}"
            if is_table:
                advice = f"set delimiter to {other!r} in the YAML of the shop"
            return f"is separated by {word} instead of {asked}: {advice}"
    names = {name.lower() for name in found}
    if columns and not {column.lower() for column in columns} & names:
        return (
            "has none of its columns in the first line: expected "
            f"{', '.join(columns)}; found {line[:60]!r}. "
            + (
                "Correct the mapping in the YAML of the shop, or put the line with the "
                "names first"
                if is_table
                else "Put the line with the names first"
            )
        )
    if line.count('"') % 2:
        return "has a line break in quotes in its first line: put all names on one line"
    repeated = sorted({name for name in columns if found.count(name) > 1})
    if repeated:
        return f"names a column twice: {', '.join(repeated)}. Rename or remove one"
    if not missing:
        return None
    others = [name for name in found if name not in columns]
    lacking = []
    for column in missing:
        lower = {name.lower(): name for name in others}
        nearest = get_close_matches(column.lower(), lower, n=1, cutoff=0.6)
        lacking.append(
            column + (f" (nearest found: {lower[nearest[0]]})" if nearest else "")
        )
    what = "column" if len(missing) == 1 else "columns"
    if others and any("nearest" not in one for one in lacking):
        lacking[-1] += f", found instead {', '.join(others[:9])}"
    advice = "rename or add it in the first line"
    if is_table:
        advice = "correct the mapping in the YAML of the shop"
    return f"lacks the {what} {', '.join(lacking)}: {advice}"


@dataclass
class _Scan:
    """The results of reading a file from end to end."""

    line_count: int = 0
    bad_count: int = 0
    first_bad_line: int = 0
    first_bad_byte: int = 0
    line_ends: Counter = field(default_factory=Counter)
    first_rare_end: int = 0


def _scan(path: Path, delimiter: str) -> _Scan:
    """Count lines, lines that are not UTF-8, and kinds of line ends."""
    scan = _Scan()
    last = b"\n"
    with path.open("rb") as opened:
        while block := opened.read(_BLOCK) + opened.readline():
            if not block.isascii():
                _count_bad_lines(block, scan)
            feeds = block.count(b"\n")
            returns = block.count(b"\r") if b"\r" in block else 0
            pairs = block.count(b"\r\n") if returns else 0
            scan.line_ends.update(
                {b"\n": feeds - pairs, b"\r": returns - pairs, b"\r\n": pairs}
            )
            scan.line_count += feeds or returns
            last = block[-1:]
    scan.line_count += last not in (b"\n", b"\r")
    if sum(count > 0 for count in scan.line_ends.values()) > 1:
        _count_record_ends(path, scan, delimiter)
    return scan


def _count_record_ends(path: Path, scan: _Scan, delimiter: str) -> None:
    """Count the kinds of line ends outside quoted text."""
    with (
        path.open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        first = {}
        scan.line_ends = Counter()
        for record in _record(delimiter).finditer(content):
            scan.line_ends[record["end"]] += 1
            first.setdefault(record["end"], record.start("end"))
        del scan.line_ends[b""]
        rare = first[scan.line_ends.most_common()[-1][0]]
        scan.first_rare_end = content[:rare].count(b"\n") + 1


def _count_bad_lines(block: bytes, scan: _Scan) -> None:
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        end = b"\n" if b"\n" in block else b"\r"
        for offset, line in enumerate(block.split(end), start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                scan.bad_count += 1
                if scan.bad_count == 1:
                    scan.first_bad_line = scan.line_count + offset
                    scan.first_bad_byte = line[error.start]


def _text_problem(scan: _Scan, max_bad_share: float) -> str | None:
    if scan.bad_count > max_bad_share * scan.line_count:
        lines = "line is" if scan.bad_count == 1 else "lines are"
        return (
            f"is not UTF-8: {scan.bad_count:,} {lines} not, line "
            f"{scan.first_bad_line:,} first (byte 0x{scan.first_bad_byte:02X}). It is "
            "probably Latin-1 (Windows-1252): save it as UTF-8"
        )
    used = scan.line_ends.most_common()
    if len(used) > 1 and used[1][1]:
        counts = " and ".join(f"{n:,} in {_LINE_ENDS[end]}" for end, n in used if n)
        return (
            f"mixes line ends, {counts} (line {scan.first_rare_end:,} first): save it "
            "with one kind"
        )
    return None
