"""``olist-segments export``: the members of segments as files for other tools."""

import argparse
import contextlib
import sys
from pathlib import Path

import duckdb

from olist_segments.commands.common import add_target
from olist_segments.exports import export_segments, preview
from olist_segments.project import UserError, find_built, is_synthetic, project_root
from olist_segments.shop import export_folder
from olist_segments.whole import check_whole

HELP = (
    "Write the members of segments as CSV and Parquet files, replacing the last export."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "--segment",
        action="append",
        metavar="KEY",
        help="a segment (default: all); files of other segments are removed",
    )
    parser.add_argument(
        "--to",
        type=Path,
        metavar="FOLDER",
        help="default: exports/real, exports/demo, or exports/ and the shop's name",
    )
    parser.add_argument(
        "--min-silhouette",
        type=_silhouette,
        default=-1.0,
        metavar="S",
        help="leave out members with a lower silhouette, such as 0: those of another "
        "segment are nearer to them (default: -1, everybody)",
    )
    parser.add_argument(
        "--preview",
        action="store_true",
        help="print how large it would be, and write nothing",
    )
    add_target(parser)


def run(options: argparse.Namespace) -> int:
    """Write the files, or print how large they would be."""
    root = project_root()
    _, database = find_built(root, options.target)
    try:
        check_whole(database)
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise UserError(
            f"{database} lacks the segments: run `make build` first"
        ) from error
    with duckdb.connect(str(database), read_only=True) as connection:
        is_made_up = is_synthetic(connection)
        if is_made_up:
            print("The customers are SYNTHETIC.", file=sys.stderr)
        folder = options.to or export_folder(root, database)
        least = options.min_silhouette
        if least > -1:
            print(f"Only customers with a silhouette of {least:g} or more:")
        segments = preview(connection, options.segment, least)
        for segment in segments:
            print(
                f"{segment.customer_count:>10,} customers, "
                f"{segment.csv_bytes / 1e3:>8,.0f} kB as CSV: {segment.key}"
            )
        guarded = sum(segment.guarded_count for segment in segments)
        if guarded:
            print(
                f"{guarded:,} cells begin like a formula: the CSV files put an "
                "apostrophe before them, the Parquet files leave them unchanged."
            )
        if not options.preview:
            before = {path.name for path in folder.glob("*")}
            manifest = export_segments(
                connection,
                folder,
                segments,
                is_synthetic=is_made_up,
                min_silhouette=least,
            )
            print(f"Wrote {2 * len(segments)} files, listed in {manifest}")
            removed = before - {path.name for path in folder.iterdir()}
            if removed:
                print(f"Removed {len(removed)} files of the last export")
            days = connection.sql(
                "select distinct entered_at from segment_members limit 2"
            ).fetchall()
            if len(days) == 1 and days[0][0]:
                print(
                    f"entered_at is {days[0][0]} for everybody, the day of the first "
                    "build: `make replay` writes the history of earlier months."
                )
    return 0


def _silhouette(text: str) -> float:
    with contextlib.suppress(ValueError):
        if -1 <= float(text) <= 1:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text} is not a silhouette, from -1 to 1")
