"""``olist-segments export``: the members of segments as files for other tools."""

import argparse
import contextlib
import datetime
import json
import math
import sys
from collections.abc import Iterable
from pathlib import Path

import duckdb

from olist_segments.campaigns import (
    CONTROL_RULE,
    MAX_CONTROL_SHARE,
    Campaign,
    choose_campaign,
    list_campaigns,
)
from olist_segments.commands.common import add_target
from olist_segments.exports import Segment, choose_since, export_segments, preview
from olist_segments.project import (
    UserError,
    called,
    find_built,
    is_synthetic,
    project_root,
)
from olist_segments.shop import export_folder
from olist_segments.whole import check_whole

HELP = (
    "Write the members of segments as CSV and Parquet files, replacing the last export."
)

# Above this distance from the share asked for, a segment's control share is named.
UNEQUAL = 0.005


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
        "--campaign",
        metavar="NAME",
        help="remember who is listed for this campaign, so that `olist-segments query "
        "campaign_result` can compare them with those left out",
    )
    parser.add_argument(
        "--control-share",
        type=_control_share,
        metavar="SHARE",
        help="leave out this share of customers, such as 0.1: a hash of the campaign "
        "and the customer decides, and they are in the folder control",
    )
    parser.add_argument(
        "--since",
        type=_day,
        metavar="DAY",
        help="write who entered and left since this day, such as 2018-08-31 (default: "
        "since the day of the last export to the folder)",
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
    least = options.min_silhouette
    try:
        check_whole(database)
        with duckdb.connect(str(database), read_only=True) as connection:
            preview(connection, options.segment)
            campaign = choose_campaign(
                connection, options.campaign, options.control_share
            )
            segments = preview(connection, options.segment, least, campaign)
            is_made_up = is_synthetic(connection)
            if is_made_up:
                print("The customers are SYNTHETIC.", file=sys.stderr)
            folder = options.to or export_folder(root, database)
            names = dict.fromkeys(row[0] for row in list_campaigns(connection))
            since, why_not = choose_since(connection, folder, options.since)
            days = connection.sql(
                "select distinct entered_at from segment_members limit 2"
            ).fetchall()
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise UserError(
            f"{database} lacks tables or columns of an export: run "
            f"`{called('build')}` first"
        ) from error
    if least > -1:
        print(f"Only customers with a silhouette of {least:g} or more:")
    for segment in segments:
        control = f"{segment.control_count:>8,} control, " if campaign else ""
        print(
            f"{segment.customer_count:>10,} customers, {control}"
            f"{segment.csv_bytes / 1e3:>8,.0f} kB as CSV: {segment.key}"
        )
    for sentence in _unequal(segments, campaign):
        print(sentence)
    guarded = sum(segment.guarded_count for segment in segments)
    if guarded:
        print(
            f"{guarded:,} cells begin like a formula: the CSV files put an "
            "apostrophe before them, the Parquet files leave them unchanged."
        )
    if options.preview:
        return 0
    before = _files(folder)
    with duckdb.connect(str(database), read_only=campaign is None) as connection:
        manifest = export_segments(
            connection,
            folder,
            segments,
            is_synthetic=is_made_up,
            min_silhouette=least,
            campaign=campaign,
            since=since,
        )
    after = _files(folder)
    written = json.loads(manifest.read_text("utf-8"))
    print(f"Wrote {len(after) - 1} files, listed in {manifest}")
    if before - after:
        print(f"Removed {len(before - after)} files of the last export")
    for sentence in _about(campaign, names, written["new_to_campaign"]):
        print(sentence)
    if since:
        others = written["others"]
        entered, left = (others[one]["customer_count"] for one in ("entered", "left"))
        print(f"Since {since}: {entered:,} in entered, {left:,} in left")
    else:
        print(f"No files of who entered and left: {why_not}.")
    if len(days) == 1 and days[0][0]:
        print(
            f"entered_at is {days[0][0]} for everybody, the day of the first "
            f"build: `{called('replay')}` writes the history of earlier months."
        )
    return 0


def _unequal(segments: list[Segment], campaign: Campaign | None) -> list[str]:
    """Say where the share left out is not quite the one asked for."""
    sentences = []
    for one in segments:
        total = one.customer_count + one.control_count
        share = one.control_count / total if total else 0
        if campaign and total and abs(share - campaign.control_share) > UNEQUAL:
            deviation = math.sqrt(
                campaign.control_share * (1 - campaign.control_share) / total
            )
            sentences.append(
                f"The control share of {one.key} is {share:.1%} instead of "
                f"{campaign.control_share:.1%}. A hash decides, so with {total:,} "
                f"customers the standard deviation is {deviation:.1%}."
            )
    return sentences


def _about(
    campaign: Campaign | None, names: Iterable[str], added: int | None
) -> list[str]:
    """Say whom a campaign has reached, and to whom not to send it."""
    known = ", ".join(names)
    if campaign is None:
        if not known:
            return []
        return [
            f"The lists leave nobody out: for one of the campaigns {known}, add "
            "--campaign."
        ]
    if campaign.name in names:
        sentences = [
            f"{campaign.name} was exported before, and {added:,} customers are new to "
            "it: their listed_at is the day of this build."
        ]
    else:
        others = f" Campaigns before: {known}." if known else ""
        sentences = [f"{campaign.name} is a new campaign.{others}"]
    if not campaign.control_share:
        return [
            *sentences,
            "Nobody is left out, so nothing will tell whether it mattered: export it "
            "under another name with --control-share 0.1 if that is wanted.",
        ]
    return [
        *sentences,
        "Send it to nobody in control/everybody.csv. After a later build, "
        "`olist-segments query campaign_result` compares the two groups.",
    ]


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def _control_share(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 <= float(text) <= MAX_CONTROL_SHARE:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text} is not {CONTROL_RULE}")


def _day(text: str) -> datetime.date:
    with contextlib.suppress(ValueError):
        return datetime.date.fromisoformat(text)
    raise argparse.ArgumentTypeError(f"{text} is not a day, such as 2018-08-31")


def _silhouette(text: str) -> float:
    with contextlib.suppress(ValueError):
        if -1 <= float(text) <= 1:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text} is not a silhouette, from -1 to 1")
