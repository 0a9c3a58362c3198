"""Find the nine raw CSV files, unpack them if they are packed, list the missing."""

import gzip
import lzma
import os
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from typing import BinaryIO, NamedTuple

from olist_segments.project import UserError

RAW_FILES = (
    "olist_customers_dataset.csv",
    "olist_geolocation_dataset.csv",
    "olist_order_items_dataset.csv",
    "olist_order_payments_dataset.csv",
    "olist_order_reviews_dataset.csv",
    "olist_orders_dataset.csv",
    "olist_products_dataset.csv",
    "olist_sellers_dataset.csv",
    "product_category_name_translation.csv",
)
# The published files unpack to 3 times the size of their archive. Ids that look random
# keep any shop's files far below this; what grows more was made to fill the disk.
MOST_GROWTH = 100

_BLOCK = 1 << 20
_ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".7z", ".rar")
_UNUSABLE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, ValueError, RuntimeError),
)


def missing_files(folder: Path) -> list[str]:
    """List the raw files that a folder lacks.

    Parameters
    ----------
    folder : Path
        May be missing itself.

    Returns
    -------
    list of str
        Names from `RAW_FILES`, in that order; other files do not matter.
    """
    return [name for name in RAW_FILES if not (folder / name).is_file()]


def visible_names(folder: Path) -> list[str]:
    """List what a user has put into a folder.

    Parameters
    ----------
    folder : Path
        May be missing.

    Returns
    -------
    list of str
        Names of files and folders, without hidden ones and the README of data/raw.
    """
    if not folder.is_dir():
        return []
    names = sorted(one.name for one in folder.iterdir())
    return [name for name in names if not name.startswith(".") and name != "README.md"]


def unpack_files(folder: Path) -> list[str]:
    """Unpack the raw files that a folder lacks from archives in it, all or none.

    An archive is a zip file of any name, with the files in any of its folders, or a
    file compressed with gzip. Capitals in the names do not matter.

    Parameters
    ----------
    folder : Path
        The folder of the archives, where the files go.

    Returns
    -------
    list of str
        Names of the files that were unpacked. Files that are there stay as they are.

    Raises
    ------
    UserError
        If two packed files have the name of one that is missing, one has none, an
        archive is damaged, encrypted, or unpacks to more than `MOST_GROWTH` times its
        size, or the folder cannot be written.
    """
    missing = missing_files(folder)
    packed = _packed_files(folder) if missing else {}
    found = {name: packed[name] for name in missing if name in packed}
    if not found:
        return []
    for name, places in found.items():
        if len(places) > 1:
            raise UserError(
                f"{name} is in {folder} twice, as {places[0]} and as {places[1]}: "
                "remove the one that should not count"
            )
    names = " and ".join(sorted({str(one.archive) for (one,) in found.values()}))
    absent = [name for name in missing if name not in found]
    if absent:
        raise UserError(
            f"{names} does not contain {', '.join(absent)}: download the "
            "archive again, or put the missing files beside it"
        )
    work = folder / ".unpacking"
    try:
        shutil.rmtree(work, ignore_errors=True)  # of a build that was killed
        work.mkdir()
        free = shutil.disk_usage(folder).free
        limits = {
            one.archive: MOST_GROWTH * one.archive.stat().st_size
            for (one,) in found.values()
        }
        for name, (one,) in found.items():
            size = _unpack(one, work / name, limits[one.archive], free)
            limits[one.archive] -= size
            free -= size
        for name in found:
            os.replace(work / name, folder / name)
    except OSError as error:
        raise UserError(
            f"cannot unpack {names} into {folder}: {error.strerror}"
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return list(found)


def find_raw_folder(
    root: Path,
    *,
    target: str | None = None,
    raw_dir: str | None = None,
    shop: str = "olist",
) -> tuple[str, Path]:
    """Decide what to build: the real files if there are any, else demo data.

    Files that are packed are unpacked; nine that lie together in a folder below, one
    or two levels deep, are used there.

    Parameters
    ----------
    root : Path
        Root of the project.
    target : str, optional
        Target that decides, if it is given.
    raw_dir : str, optional
        Folder instead of that of the target, as in ``OLIST_RAW_DIR``; an empty text
        counts as not given.
    shop : str
        The shop whose files they are. There is demo data for olist only.

    Returns
    -------
    target : str
        Name of a target of profiles.yml. It is demo only if it is asked for, or if
        nothing at all lies in data/raw.
    folder : Path
        Folder of its files, which may still be missing.

    Raises
    ------
    UserError
        If files are there twice, or cannot be unpacked, or if there is no demo data.
    """
    if shop != "olist":
        if target == "demo":
            raise UserError(
                f"there is no demo data of the shop {shop}: unset OLIST_SHOP, or leave "
                "out the target demo"
            )
        return target or "dev", Path(raw_dir) if raw_dir else root / "data" / "raw"
    if raw_dir:
        target, folder = target or "dev", Path(raw_dir)
    elif target == "demo":
        return target, root / "data" / "demo"
    else:
        folder = root / "data" / "raw"
    if target is None and not visible_names(folder):
        return "demo", root / "data" / "demo"
    if missing_files(folder):
        below = _folder_below(folder)
        if below:
            return target or "dev", below
        unpack_files(folder)
    return target or "dev", folder


class _Packed(NamedTuple):
    """A raw file in an archive; without a member it is compressed with gzip."""

    archive: Path
    member: zipfile.ZipInfo | None = None

    def __str__(self) -> str:
        if self.member is None:
            return self.archive.name
        return f"{self.member.filename} in {self.archive.name}"


def _folder_below(folder: Path) -> Path | None:
    """Find the folder below, one or two levels deep, that has all the files."""
    found = [
        one
        for pattern in ("[!.]*", "[!.]*/[!.]*")
        for one in sorted(folder.glob(pattern))
        if one.is_dir() and not missing_files(one)
    ]
    if not found:
        return None
    twice = [*found, *(folder / one for one in RAW_FILES if (folder / one).is_file())]
    if len(twice) > 1:
        raise UserError(
            f"the files are in {folder} twice, {twice[0]} and {twice[1]}: remove what "
            "should not count, or name a folder in OLIST_RAW_DIR"
        )
    return found[0]


def _packed_files(folder: Path) -> dict[str, list[_Packed]]:
    """Find raw files in the archives of a folder, by the name they should have."""
    found: dict[str, list[_Packed]] = {}
    archives_within = []
    for name in visible_names(folder):
        archive = folder / name
        if not archive.is_file():
            continue
        if archive.suffix.lower() == ".gz":
            found.setdefault(archive.stem.lower(), []).append(_Packed(archive))
        elif archive.suffix.lower() == ".zip":
            for member in _members(archive):
                one = PureWindowsPath(member.filename).name.lower()  # either slash
                found.setdefault(one, []).append(_Packed(archive, member))
                if one.endswith(_ARCHIVES):
                    archives_within.append(f"{member.filename} in {archive}")
    found = {name: places for name, places in found.items() if name in RAW_FILES}
    if archives_within and not found:
        raise UserError(
            f"{archives_within[0]} is an archive itself: unpack {folder} by hand until "
            "the CSVs, or archives of CSVs, are there"
        )
    return found


def _members(archive: Path) -> list[zipfile.ZipInfo]:
    """List the files in a zip file."""
    try:
        with zipfile.ZipFile(archive) as opened:
            return [one for one in opened.infolist() if not one.is_dir()]
    except (*_UNUSABLE, OSError) as error:
        raise _unusable(archive, error) from error


def _unpack(one: _Packed, path: Path, limit: int, free: int) -> int:
    """Write a packed file of no more than two sizes, and return its size."""
    size = 0
    try:
        with _opened(one) as source, path.open("wb") as out:
            while block := source.read(_BLOCK):
                size += len(block)
                if size > limit:
                    raise UserError(
                        f"{one.archive} unpacks to more than {MOST_GROWTH} times its "
                        "size, which no shop's files do: download it again"
                    )
                if size > free:
                    raise UserError(f"the disk has no room to unpack {one.archive}")
                out.write(block)
    except _UNUSABLE as error:
        raise _unusable(one.archive, error) from error
    except OSError as error:
        if error.errno is None:  # of bz2 and gzip, about what they read
            raise _unusable(one.archive, error) from error
        raise
    return size


@contextmanager
def _opened(one: _Packed) -> Iterator[BinaryIO]:
    if one.member is None:
        with gzip.open(one.archive) as source:
            yield source
    else:
        with (
            zipfile.ZipFile(one.archive) as archive,
            archive.open(one.member) as source,
        ):
            yield source


def _unusable(archive: Path, error: Exception) -> UserError:
    """Return what to say of an archive that cannot be read."""
    if isinstance(error, RuntimeError):  # for a password or a compression
        return UserError(f"{archive} cannot be unpacked ({error}): unpack it by hand")
    if isinstance(error, OSError) and error.errno is not None:
        return UserError(f"{archive} cannot be read: {error.strerror}")
    what = "zip file" if archive.suffix.lower() == ".zip" else "gzip file"
    return UserError(f"{archive} is not a complete {what} ({error}): download it again")
