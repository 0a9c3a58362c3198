"""``olist-segments replay``: the history of segments, month by month."""

import argparse
import json
import os
import time

import duckdb

from olist_segments.commands.build import build
from olist_segments.months import month_ends
from olist_segments.project import (
    DATABASES,
    UserError,
    database_path,
    project_root,
    run_dbt,
)
from olist_segments.raw.files import find_raw_folder

HELP = (
    "Write the history of segments again: label customers as of every month end with "
    "the current model, then build the present day."
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
    target, _ = find_raw_folder(root, target=options.target, raw_dir=raw_dir)
    days = month_ends(options.first, options.last)
    tables = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    quiet = ["--quiet", "--target", target]

    print("Checking the current model ...", flush=True)
    run_dbt(root, [*quiet, "build", *tables, "--select", "+int_fitted_model"])
    database = database_path(root, target)
    with duckdb.connect(str(database), read_only=True) as connection:
        ((present,),) = connection.sql(
            "select as_of_date from intermediate.int_as_of"
        ).fetchall()
    if days[-1] >= present:
        raise UserError(
            f"{options.last} does not end before {present}, the as-of date: replay "
            "earlier months"
        )

    began = time.monotonic()
    run_dbt(root, [*quiet, "run-operation", "forget_history"])
    labels = ["--select", "int_as_of+,+customer_segment_history"]
    labels += ["--exclude", "config.materialized:fitted", "feature_statistics"]
    for number, day in enumerate(days, start=1):
        passed = f"{time.monotonic() - began:.0f} s"
        print(f"[{number}/{len(days)}] as of {day}, after {passed}", flush=True)
        variables = json.dumps({"as_of_date": str(day)})
        run_dbt(root, [*quiet, "build", *tables, *labels, "--vars", variables])
    print(f"As of {present}, the present day", flush=True)
    return build(root, options.target)
