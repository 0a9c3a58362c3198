"""``olist-segments study``: how far the segments hold."""

import argparse

from olist_segments.commands.common import add_target, keep_page
from olist_segments.project import find_built, project_root

HELP = "Study how far the segments hold."


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--draws", type=int, default=50, help="bootstrap samples")
    parser.add_argument("--first", default="2017-09", help="first month")
    parser.add_argument("--last", default="2018-08", help="last month")
    add_target(parser)


def run(options: argparse.Namespace) -> int:
    """Study the segments, and write or print the page."""
    from olist_segments.study.page import render_page
    from olist_segments.study.run import run_study

    root = project_root()
    target, database = find_built(root, options.target)
    tables = run_study(
        root,
        database,
        target=target,
        draws=options.draws,
        first=options.first,
        last=options.last,
    )
    page = render_page(tables)
    is_made_up = tables["run"]["is_synthetic"].item()
    keep_page(root, database, "stability.md", page, is_synthetic=is_made_up)
    print(f"The tables are in schema studies of {database}.")
    return 0
