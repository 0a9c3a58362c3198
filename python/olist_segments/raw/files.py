"""Find the nine raw CSV files, or say what is missing."""

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
        Names out of `RAW_FILES`, in that order; other files do not matter.
    """
    return [name for name in RAW_FILES if not (folder / name).is_file()]


def unpack_archive(folder: Path) -> Path | None:
    """Unpack the raw files from the archive that Kaggle offers, if it is needed.

    Only files with the nine names are written, wherever in the archive they lie,
    and each appears in the folder only when it is complete.

    Parameters
    ----------
    folder : Path
        Where the archive lies and the files go.

    Returns
    -------
    Path or None
        The archive, or None if nothing is missing or there is no archive.

    Raises
    ------
    UserError
        If the archive is damaged or encrypted, or lacks a file that the folder
        lacks too.
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
    except RuntimeError as error:  # zipfile's word for a password or a compression
        raise UserError(
            f"{archive} cannot be unpacked ({error}): unpack it by hand"
        ) from error
    return archive


def find_raw_folder(
    root: Path, *, target: str | None = None, raw_dir: str | None = None
) -> tuple[str, Path]:
    """Decide what to build: the real files if they are there, else demo data.

    Parameters
    ----------
    root : Path
        Root of the project.
    target : str, optional
        Target asked for; decides, if given.
    raw_dir : str, optional
        Folder that stands in for that of the target, as in ``OLIST_RAW_DIR``;
        empty counts as not given.

    Returns
    -------
    target : str
        Name of a target of profiles.yml.
    folder : Path
        Where that target finds its files, which may still be missing.

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
