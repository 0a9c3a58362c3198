"""The files of a shop's tables, and copies of them that the engines can read."""

import atexit
import codecs
import gzip
import shutil
import tempfile
import zipfile
import zlib
from fnmatch import fnmatch
from functools import cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from olist_segments.project import UserError
from olist_segments.raw import workbooks
from olist_segments.raw.files import MOST_GROWTH

_BLOCK = 1 << 20


class TableFile(NamedTuple):
    """A file of a table.

    Attributes
    ----------
    name : str
        Its path inside the raw folder.
    path : str
        The file itself if it is plain and in UTF-8, else a copy that is.
    """

    name: str
    path: str


def table_files(folder: Path, pattern: str, encoding: str = "utf-8") -> list[TableFile]:
    """Find the files of a table.

    Parameters
    ----------
    folder : Path
        The raw folder.
    pattern : str
        Name of a file in it, or a pattern such as ``orders_*.csv``. Without it, a file
        compressed with gzip counts, ``orders.csv.gz``, or a workbook, ``orders.xlsx``;
        then what zip files have under one of these names.
    encoding : str
        Encoding of the files, as Python names it.

    Returns
    -------
    list of TableFile
        In the order of their names; empty if there are none.

    Raises
    ------
    UserError
        If a file cannot be unpacked or is not in that encoding.
    """
    exact = folder / pattern
    found = [exact] if exact.is_file() else sorted(folder.glob(pattern))
    packed = [pattern]
    for suffix in (".gz", *workbooks.SUFFIXES):
        packed += [pattern + suffix, pattern.removesuffix(".csv") + suffix]
    for one in packed:
        found = found or sorted(folder.glob(one))
    found = found or [
        member
        for archive in sorted(folder.glob("*.zip"))
        for member in _members(archive, tuple(packed), archive.stat().st_mtime_ns)
    ]
    return [
        TableFile(
            one.relative_to(folder).as_posix() if folder in one.parents else one.name,
            str(_readable(one, encoding.lower(), one.stat().st_mtime_ns)),
        )
        for one in found
        if one.is_file()
    ]


@cache
def _members(archive: Path, patterns: tuple[str, ...], _changed: int) -> list[Path]:
    """Return copies of files in a zip file, by the first pattern that finds some."""
    try:
        with zipfile.ZipFile(archive) as opened:
            for pattern in patterns:
                found = [
                    one
                    for one in opened.infolist()
                    if fnmatch(PurePosixPath(one.filename).name, pattern)
                ]
                if sum(one.file_size for one in found) > (
                    MOST_GROWTH * archive.stat().st_size
                ):
                    raise UserError(
                        f"{archive} unpacks to more than {MOST_GROWTH} times its size: "
                        "unpack it by hand"
                    )
                if found:
                    folder = tempfile.mkdtemp(dir=_copies())
                    return sorted(Path(opened.extract(one, folder)) for one in found)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError) as error:
        raise UserError(f"{archive} cannot be unpacked ({error})") from error
    return []


@cache
def _readable(path: Path, encoding: str, _changed: int) -> Path:
    """Return a file that is plain and in UTF-8: this one, or a copy of it."""
    is_plain = codecs.lookup(encoding).name == "utf-8"
    if path.suffix.lower() in workbooks.SUFFIXES:
        copy = Path(tempfile.mkdtemp(dir=_copies()), f"{path.stem}.csv")
        workbooks.write_csv(path, copy)
        return copy
    if path.suffix.lower() != ".gz" and is_plain:
        return path
    copy = Path(tempfile.mkdtemp(dir=_copies()), path.name.removesuffix(".gz"))
    opened = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opened(path, "rb") as source, copy.open("wb") as out:
            if is_plain:
                shutil.copyfileobj(source, out)
                return copy
            decoder = codecs.getincrementaldecoder(encoding)()
            while block := source.read(_BLOCK):
                out.write(decoder.decode(block).encode("utf-8"))
            out.write(decoder.decode(b"", final=True).encode("utf-8"))
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path.name} cannot be unpacked ({error})") from error
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path.name} is not in {encoding} ({error.reason} at byte "
            f"{error.start:,} of a part): correct encoding"
        ) from error
    return copy


@cache
def _copies() -> str:
    """Make a folder for copies, which goes when this process ends."""
    folder = tempfile.mkdtemp(prefix="olist_segments_")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
