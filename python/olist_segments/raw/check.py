"""Check the nine raw CSV files before anything is built, and find lines in them."""

import csv
import io
import mmap
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

import yaml

_BLOCK = 1 << 20
# DuckDB reads no longer lines.
_LONGEST_LINE = 2_000_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LINE_ENDS = {b"\n": "LF", b"\r\n": "CRLF", b"\r": "CR"}
_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
# The first bytes of files that are not CSV in UTF-8, and how to convert them.
_OTHER_FORMATS = {
    b"PK\x03\x04": "a zip archive or an Excel workbook: unpack it, or in Excel save as "
    "'CSV UTF-8'",
    b"\x1f\x8b": "compressed with gzip: unpack it",
    b"PAR1": "a Parquet file: export it as CSV",
    b"\xff\xfe": "in UTF-16: save it as UTF-8 (in Excel 'CSV UTF-8')",
    b"\xfe\xff": "in UTF-16: save it as UTF-8 (in Excel 'CSV UTF-8')",
    b"<": "a web page or XML: the download went wrong, download it again",
}
# A record: fields, in quotes or without, and the line end. Text after a closing quote
# belongs to the field, so that reading continues after it.
_RECORD = re.compile(
    rb'(?:"[^"]*+(?:""[^"]*+)*+"?)?[^,\r\n]*+'
    rb'(?:,(?:"[^"]*+(?:""[^"]*+)*+"?)?[^,\r\n]*+)*+(?P<end>\r\n|\n|\r|\Z)'
)

_FIELD = re.compile(rb'(?:\A|,)((?:"[^"]*+(?:""[^"]*+)*+"?)?[^,\r\n]*+)')
_QUOTED = re.compile(rb'"[^"]*+(?:""[^"]*+)*+"')


@dataclass(frozen=True)
class RawFile:
    """The contract of a raw file.

    Attributes
    ----------
    name : str
        File name inside the raw folder.
    columns : tuple of str
        Columns that its first line must name, in any order; there may be others.
    may_be_empty : bool
        Whether the file may have no rows.
    """

    name: str
    columns: tuple[str, ...]
    may_be_empty: bool = False


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


def read_contract(path: Path) -> list[RawFile]:
    """Read the contracts of the raw files from the YAML of dbt's sources.

    Parameters
    ----------
    path : Path
        ``models/staging/olist/_sources.yml``.

    Returns
    -------
    list of RawFile
        In the order of the YAML.
    """
    (source,) = yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
    return [
        RawFile(
            table["config"]["meta"]["file"],
            tuple(column["name"] for column in table["columns"]),
            table["config"]["meta"].get("may_be_empty", False),
        )
        for table in source["tables"]
    ]


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
    if not any((folder / expected.name).exists() for expected in contract):
        names = ", ".join(expected.name for expected in contract)
        return [
            f"none of the files is in {folder}: put them there, {names}; or, for "
            "synthetic data, run `make build TARGET=demo`"
        ]
    problems = []
    names = {expected.name for expected in contract}
    for expected in contract:
        problem = _file_problem(folder / expected.name, names)
        found = (
            [problem]
            if problem
            else _content_problems(folder / expected.name, expected, max_bad_share)
        )
        problems += [f"{expected.name} {problem}" for problem in found]
    return problems


def read_header(path: Path) -> list[str]:
    """Return the column names in the first line of a CSV.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of str
        Without a byte order mark, quotes and white space around the names.
    """
    with path.open("rb") as opened:
        return _names(_first_line(opened.read(_BLOCK)), ",")


def find_lines(
    path: Path, positions: Sequence[int], places: Sequence[int]
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

    Returns
    -------
    list of RejectedLine
        One per position, in the order of `places`; no line appears twice.
    """
    found = []
    end = -1
    with (
        path.open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        line_end = b"\n" if content.find(b"\n") >= 0 else b"\r"
        line_number, counted = 1, 0
        for place, position in sorted(zip(places, positions, strict=True)):
            start = content.rfind(line_end, 0, position - 1) + 1
            if _RECORD.match(content, start).start("end") < place - 1:
                start = content.rfind(line_end, 0, place - 1) + 1
            if start <= end:
                continue
            end = _RECORD.match(content, start).start("end")
            line_number += content[counted:start].count(line_end)
            counted = start
            raw = content[start:end].removesuffix(line_end)  # if a quote is not closed
            found.append(
                RejectedLine(
                    place,
                    line_number,
                    1 + raw.count(line_end),
                    raw.decode("utf-8", errors="backslashreplace"),
                )
            )
    return found


def find_records(
    path: Path, records: Sequence[int], field_count: int
) -> list[FoundRecord]:
    """Find records of a CSV that a reader could not read, by their numbers.

    Parameters
    ----------
    path : Path
    records : sequence of int
        The first below the header is 0; empty lines do not count.
    field_count : int
        Number of fields that a record should have.

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
        for match in _RECORD.finditer(content):
            start, end = match.start(), match.start("end")
            if start == end:
                continue
            if number in wanted:
                line_number += content[counted:start].count(line_end)
                counted = start
                raw = content[start:end].removesuffix(line_end)
                found.append(
                    FoundRecord(
                        number,
                        line_number,
                        1 + raw.count(line_end),
                        raw.decode("utf-8", errors="backslashreplace"),
                        *_record_fault(raw, field_count),
                    )
                )
            number += 1
    return found


def count_lines(path: Path) -> int:
    """Count the lines below the header of a CSV that are not empty.

    Parameters
    ----------
    path : Path

    Returns
    -------
    int
        A record with line breaks in quotes counts as one line.
    """
    with (
        path.open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        records = _RECORD.finditer(content)
        return sum(record.start() < record.start("end") for record in records) - 1


def _record_fault(raw: bytes, field_count: int) -> tuple[str | None, int | None]:
    """Return the fault of a record, as rejected_rows has it, and its field."""
    if len(raw) > _LONGEST_LINE:
        return f"longer than {_LONGEST_LINE:,} bytes", None
    fields = _FIELD.findall(raw)
    for number, one in enumerate(fields):
        if one.startswith(b'"') and not _QUOTED.fullmatch(one):
            return "a quote is not closed, or text follows it", number
    for number, one in enumerate(fields):
        try:
            one.decode("utf-8")
        except UnicodeDecodeError:
            return "not UTF-8", number
    if len(fields) < field_count:
        return "too few fields", len(fields)
    return "too many fields" if len(fields) > field_count else None, None


def _file_problem(path: Path, names: set[str]) -> str | None:
    """Return why a file cannot be opened, if so; never suggest one of `names`."""
    if path.is_dir():
        return "is a folder: replace it with the file of this name"
    if path.is_symlink() and not path.exists():
        return f"is a link to {path.readlink()}, which is missing: put the file there"
    if not path.exists():
        others = [
            one.name
            for one in path.parent.glob("*")
            if one.is_file() and one.name not in names
        ]
        nearest = get_close_matches(path.name, others, n=1, cutoff=0.8)
        return (
            f"is missing from {path.parent}: "
            f"found {nearest[0]!r} there, rename it if this is the file"
            if nearest
            else f"is missing from {path.parent}: put it there under this name"
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
    problem = _header_problem(first, expected.columns)
    scanned = _scan(path)
    text = _text_problem(scanned, max_bad_share)
    below = re.split(rb"\r|\n", start, maxsplit=1)[1:]
    is_empty = len(start) < _BLOCK - 3 and not b"".join(below).strip()
    empty = None
    if is_empty and not expected.may_be_empty:
        empty = "has a header but no rows: export it again"
    return [one for one in (problem, text, empty) if one]


def _first_line(start: bytes) -> str:
    line = re.split(rb"\r|\n", start.removeprefix(_BYTE_ORDER_MARK), maxsplit=1)[0]
    return line.decode("utf-8", errors="backslashreplace")


def _names(line: str, delimiter: str) -> list[str]:
    rows = csv.reader(io.StringIO(line), delimiter=delimiter)
    return [name.strip() for name in next(rows, [])]


def _header_problem(line: str, columns: Sequence[str]) -> str | None:
    """Return the fault of the names in the first line, if there is one."""
    found = _names(line, ",")
    missing = [column for column in columns if column not in found]
    for delimiter, word in _DELIMITERS.items():
        named = [one for one in missing if one in _names(line, delimiter)]
        if len(named) > len(columns) / 2:
            return f"is separated by {word} instead of commas: save it with commas"
    if missing and len(missing) == len(columns):
        return (
            "has none of its columns in the first line: expected "
            f"{', '.join(columns)}; found {line[:60]!r}. Put the line with the names "
            "first"
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
    return f"lacks the {what} {', '.join(lacking)}: rename or add it in the first line"


@dataclass
class _Scan:
    """The results of reading a file from end to end."""

    line_count: int = 0
    bad_count: int = 0
    first_bad_line: int = 0
    first_bad_byte: int = 0
    line_ends: Counter = field(default_factory=Counter)
    first_rare_end: int = 0


def _scan(path: Path) -> _Scan:
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
        _count_record_ends(path, scan)
    return scan


def _count_record_ends(path: Path, scan: _Scan) -> None:
    """Count the kinds of line ends outside quoted text."""
    with (
        path.open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        first = {}
        scan.line_ends = Counter()
        for record in _RECORD.finditer(content):
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
