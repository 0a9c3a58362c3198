"""``olist-segments replay``: the history of segments, month by month."""

import argparse
import datetime
import os
import sys
import time
from pathlib import Path

import duckdb

from olist_segments.commands.build import build_tables
from olist_segments.commands.summary import summary
from olist_segments.copies import copy_to_replace
from olist_segments.months import month_ends, set_day
from olist_segments.project import (
    DATABASES,
    DbtError,
    UserError,
    database_path,
    project_root,
    run_dbt,
)
from olist_segments.raw.files import find_raw_folder
from olist_segments.variables import chosen_shop

HELP = (
    "Write the history of segments again: label customers as of every month end with "
    "the current model, then build the present day. Until all of that has succeeded, "
    "the database stays as it is."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--from", dest="first", required=True, metavar="YYYY-MM")
    parser.add_argument("--to", dest="last", required=True, metavar="YYYY-MM")
    parser.add_argument(
        "--target",
        choices=DATABASES,
        help="dev: real files, demo: synthetic ones (default: dev if there are any)",
    )


def run(options: argparse.Namespace) -> int:
    """Label the customers of every month end, then those of the present day."""
    root = project_root()
    raw_dir = os.environ.get("OLIST_RAW_DIR")
    target, folder = find_raw_folder(
        root, target=options.target, raw_dir=raw_dir, shop=chosen_shop(root, {})
    )
    days = month_ends(options.first, options.last)
    database = database_path(root, target)
    try:
        with copy_to_replace(database) as copy:
            # What dbt has parsed for the next build stays in the project's own target.
            settings = {"DBT_TARGET_PATH": str(copy.with_name("target"))}
            settings |= {"OLIST_DB": str(copy), "OLIST_RAW_DIR": str(folder)}
            _replay(root, target, days, **settings)
    except (DbtError, KeyboardInterrupt):
        print(f"The replay stopped: {database} is as it was.", file=sys.stderr)
        raise
    print()
    print(summary(database, target=target))
    return 0


def refuse_days(
    days: list[datetime.date], first: datetime.date, present: datetime.date
) -> None:
    """Refuse days on which nobody had a segment, and those that are not over.

    Parameters
    ----------
    days : list of date
        Month ends in ascending order.
    first : date
        The day of the first delivery.
    present : date
        The as-of date of the build.

    Raises
    ------
    UserError
        If one of the days cannot be replayed.
    """
    if days[0] < first:
        raise UserError(
            f"nobody has a segment before {first}, the day of the first delivery: "
            f"the first month that can be replayed is {first:%Y-%m}"
        )
    if days[-1] >= present:
        raise UserError(
            f"{days[-1]:%Y-%m} does not end before {present}, the as-of date: "
            "replay earlier months"
        )


def _replay(
    root: Path, target: str, days: list[datetime.date], **settings: str
) -> None:
    """Write the history of the database in OLIST_DB again."""
    tables = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]

    def dbt_build(*words: str) -> None:
        words = ["build", "--quiet", "--target", target, *tables, *words]
        run_dbt(root, words, is_silent=True, **settings)

    print("Checking the current model ...", flush=True)
    dbt_build("--select", "+int_fitted_model")
    with duckdb.connect(settings["OLIST_DB"]) as connection:
        ((first, present),) = connection.sql(
            "select first_delivery_date, as_of_date from intermediate.int_as_of"
        ).fetchall()
        refuse_days(days, first, present)
        connection.execute("drop table if exists intermediate.customer_segment_history")

    began = time.monotonic()
    labels = ["--select", "int_as_of+,+customer_segment_history"]
    labels += ["--exclude", "config.materialized:fitted", "feature_statistics"]
    labels += ["data_quality", "int_as_of"]  # which set_day has set
    for number, day in enumerate(days, start=1):
        passed = f"{time.monotonic() - began:.0f} s"
        print(f"[{number}/{len(days)}] as of {day}, after {passed}", flush=True)
        set_day(Path(settings["OLIST_DB"]), day)
        dbt_build(*labels)
    print(f"As of {present}, the present day", flush=True)
    build_tables(root, target, **settings)
