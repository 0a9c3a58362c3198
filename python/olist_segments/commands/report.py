"""``olist-segments report``: the report, for readers who don't write SQL."""

import argparse

import duckdb

from olist_segments.commands.common import add_target
from olist_segments.project import (
    UserError,
    called,
    find_built,
    project_root,
    write_page,
)
from olist_segments.shop import site_folder
from olist_segments.whole import check_whole

HELP = "Write the report as one file: site/report.html."


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_target(parser)


def run(options: argparse.Namespace) -> int:
    """Write the report."""
    from olist_segments.report import render_report

    root = project_root()
    _, database = find_built(root, options.target)
    try:
        check_whole(database)
        page = render_report(database)
        site = site_folder(root, database) / "report.html"
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise UserError(
            f"{database} lacks tables or columns of the report: run "
            f"`{called('build')}` first"
        ) from error
    write_page(site, page)
    print(f"Open {site} in a browser.")
    return 0
