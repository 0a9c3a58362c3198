"""Code that several commands share: an option, and pages of the docs."""

import argparse
from pathlib import Path

from olist_segments.project import DATABASES, write_page
from olist_segments.shop import built_shop, site_folder


def add_target(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the database to read.

    Parameters
    ----------
    parser : ArgumentParser
    """
    parser.add_argument(
        "--target",
        choices=DATABASES,
        help="database to read (default: dev if it was built, else demo)",
    )


def keep_page(
    root: Path, database: Path, name: str, page: str, *, is_synthetic: bool
) -> None:
    """Write a page of the docs, or print it if it is about synthetic data.

    Parameters
    ----------
    root : Path
        Root of the project.
    database : Path
        What the page is about. Pages about a shop other than olist are no part of the
        docs, and go to `site_folder`.
    name : str
        Name of the file.
    page : str
    is_synthetic : bool
        Whether it is about synthetic data; the docs show the real files only.
    """
    if is_synthetic:
        print(page)
    else:
        is_olist = built_shop(database).name == "olist"
        docs = root / "dbt_project" / "docs"
        path = (docs if is_olist else site_folder(root, database)) / name
        write_page(path, page)
        print(f"Wrote {path}")
