"""Find the nine raw CSV files, or list those that are missing."""

import os
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

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
ARCHIVES = ("archive.zip", "brazilian-ecommerce.zip")


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


def unpack_archive(folder: Path) -> Path | None:
    """Unpack the raw files from the archive that Kaggle offers, if it is needed.

    Only files with the nine names are written, from any folder of the archive, and
    each appears only when it is complete.

    Parameters
    ----------
    folder : Path
        The folder of the archive, where the files go.

    Returns
    -------
    Path or None
        The archive, or None if nothing is missing or there is no archive.

    Raises
    ------
    UserError
        If the archive is damaged or encrypted, or lacks a file that is not in the
        folder either.
    """
    missing = missing_files(folder)
    archive = next((folder / n for n in ARCHIVES if (folder / n).is_file()), None)
    if not missing or archive is None:
        return None
    try:
        with zipfile.ZipFile(archive) as unpacked:
            members = {
                PurePosixPath(info.filename).name: info
                for info in unpacked.infolist()
                if not info.is_dir()
            }
            absent = [name for name in missing if name not in members]
            if absent:
                raise UserError(
                    f"{archive} does not contain {', '.join(absent)}: download the "
                    "archive again, or put the missing files beside it"
                )
            for name in missing:
                partial = folder / f"{name}.part"
                try:
                    with (
                        unpacked.open(members[name]) as source,
                        partial.open("wb") as out,
                    ):
                        shutil.copyfileobj(source, out)
                    os.replace(partial, folder / name)
                finally:
                    partial.unlink(missing_ok=True)
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise UserError(
            f"{archive} is not a complete zip file ({error}): download it again"
        ) from error
    except RuntimeError as error:  # for a password or a compression
        raise UserError(
            f"{archive} cannot be unpacked ({error}): unpack it by hand"
        ) from error
    return archive


def find_raw_folder(
    root: Path, *, target: str | None = None, raw_dir: str | None = None
) -> tuple[str, Path]:
    """Decide what to build: the real files if there are any, else demo data.

    Parameters
    ----------
    root : Path
        Root of the project.
    target : str, optional
        Target that decides, if it is given.
    raw_dir : str, optional
        Folder instead of that of the target, as in ``OLIST_RAW_DIR``; an empty text
        counts as not given.

    Returns
    -------
    target : str
        Name of a target of profiles.yml.
    folder : Path
        Folder of its files, which may still be missing.

    Raises
    ------
    UserError
        If there is an archive that cannot be unpacked.
    """
    if raw_dir:
        target, folder = target or "dev", Path(raw_dir)
    elif target == "demo":
        return target, root / "data" / "demo"
    else:
        folder = root / "data" / "raw"
    if folder.is_dir():
        unpack_archive(folder)
    if target is None and len(missing_files(folder)) == len(RAW_FILES):
        return "demo", root / "data" / "demo"
    return target or "dev", folder
