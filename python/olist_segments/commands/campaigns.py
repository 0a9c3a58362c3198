"""``olist-segments campaigns``: who was exported for which campaign."""

import argparse

import duckdb

from olist_segments.campaigns import list_campaigns
from olist_segments.commands.common import add_target
from olist_segments.project import find_built, project_root

HELP = "List the campaigns that members of segments were exported for."


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_target(parser)


def run(options: argparse.Namespace) -> int:
    """Print the campaigns, their days and segments."""
    _, database = find_built(project_root(), options.target)
    with duckdb.connect(str(database), read_only=True) as connection:
        listed = list_campaigns(connection)
    if not listed:
        print(
            "Nothing was exported for a campaign yet: `olist-segments export "
            "--campaign spring --control-share 0.1` does it."
        )
        return 0
    print(f"{'listed on':12}{'listed':>9}{'control':>9}{'share':>8}  segment")
    before = None
    for name, day, key, customers, control, asked in listed:
        if name != before:
            print(f"{name}, {asked:.1%} left out")
        before = name
        share = control / (customers + control)
        print(f"  {day!s:10}{customers:>9,}{control:>9,}{share:>8.1%}  {key}")
    return 0
