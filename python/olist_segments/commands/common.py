"""Code that several commands share: an option, and pages of the docs."""

import argparse
from pathlib import Path

from olist_segments.project import DATABASES, write_page


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


def keep_page(root: Path, name: str, page: str, *, is_synthetic: bool) -> None:
    """Write a page of the docs, or print it if it is about synthetic data.

    Parameters
    ----------
    root : Path
        Root of the project.
    name : str
        Name of a file in dbt_project/docs.
    page : str
    is_synthetic : bool
        Whether it is about synthetic data; the docs show the real files only.
    """
    if is_synthetic:
        print(page)
    else:
        path = root / "dbt_project" / "docs" / name
        write_page(path, page)
        print(f"Wrote {path}")
