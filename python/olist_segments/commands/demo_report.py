"""``olist-segments demo-report``: compare demo data with the real data."""

import argparse

from olist_segments.project import UserError, project_root, write_page

HELP = "Compare demo data with the real data: site/demo_data.html."


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=42)


def run(options: argparse.Namespace) -> int:
    """Write the page."""
    from olist_segments.study.comparison_page import demo_report

    site = project_root() / "site" / "demo_data.html"
    print(f"Comparing {options.orders:,} synthetic orders with the real data ...")
    try:
        text = demo_report(options.orders, options.seed)
    except ValueError as error:
        raise UserError(str(error)) from error
    write_page(site, text)
    print(f"Open {site} in a browser.")
    return 0
