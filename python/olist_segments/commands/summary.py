"""``olist-segments summary``, which a build also ends with."""

import argparse
import textwrap
from pathlib import Path

import duckdb

from olist_segments.commands.common import add_target
from olist_segments.project import (
    called,
    find_built,
    is_synthetic,
    project_root,
    shell_command,
)
from olist_segments.questions import answerable, read_questions
from olist_segments.shop import read_shop

HELP = "Print the segments that were built."
SUMMARY_TABLES = {
    "segments",
    "excluded_customers",
    "customer_segments",
    "segment_by_state",
    "segment_k_candidates",
    "segment_outcomes",
    "feature_statistics",
    "rejected_rows",
    "shop",
}
# The first three that the shop has the data for.
SUGGESTED = ("win_back", "states_beyond_chance", "why_this_k", "spend_by_month")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_target(parser)


def run(options: argparse.Namespace) -> int:
    """Print the summary."""
    target, database = find_built(project_root(), options.target)
    print(summary(database, target=target))
    return 0


def summary(database: Path, *, target: str) -> str:
    """Describe the result of a build.

    Parameters
    ----------
    database : Path
        A built database; opened for reading and closed again.
    target : {"dev", "demo"}
        Whose database it is, for the commands that the summary names.

    Returns
    -------
    str
        The path of the database, its segments, and questions to ask; after a build of
        only some models, just the path.
    """
    lines = [f"Database: {database}"]
    with duckdb.connect(str(database), read_only=True) as connection:
        if is_synthetic(connection):
            lines.append(
                "The data in it is SYNTHETIC. For real data, put the nine Olist files, "
                "or Kaggle's archive.zip, into data/raw and build again."
            )
        tables = connection.sql(
            "select table_name from information_schema.tables "
            "where table_schema = 'main'"
        ).fetchall()
        if SUMMARY_TABLES - {name for (name,) in tables}:
            lines.append(
                "It has no segments yet, or those of an earlier version: "
                f"`{called('build')}` builds everything."
            )
            return "\n".join(lines)
        shop = read_shop(connection)
        segments = connection.sql(
            "select segment_id, segment_name, customer_count, customer_share, "
            "revenue, revenue_share, description from segments order by segment_id"
        ).fetchall()
        ((excluded, rejected, as_of),) = connection.sql(
            "select (select count(*) from excluded_customers), "
            "(select count(*) from rejected_rows), "
            "(select max(as_of_date) from customer_segments)"
        ).fetchall()
        alike = connection.sql(
            "select feature from feature_statistics where clipped_values <= 1 "
            "order by feature"
        ).fetchall()
        replay = how_to_see_outcomes(connection, target)
    lines.append(f"As of {as_of}.")
    if rejected:
        lines.append(
            f"{rejected:,} lines of the raw files could not be read: see rejected_rows."
        )
    # Of another shop's features, those that it has no data for need no word.
    alike = [one for (one,) in alike if shop.name == "olist" or shop.has_column(one)]
    if alike:
        lines.append(
            f"Not useful: {', '.join(alike)}. After clipping it is the same for "
            "everybody, or nobody has it; see feature_statistics."
        )
    lines += ["", f"{'':3}{'customers':>10}{'share':>8}{'revenue':>16}{'share':>8}"]
    money = shop.currency.written
    for number, name, customers, share, revenue, revenue_share, text in segments:
        lines.append(f"{number:<3}{name}")
        lines.append(
            f"{'':3}{customers:>10,}{share:>8.1%}{money(revenue, 0):>16}"
            f"{revenue_share or 0:>8.1%}"
        )
        text = text or "It has no customers at present."
        lines += textwrap.wrap(
            text, 80, initial_indent=" " * 3, subsequent_indent=" " * 3
        )
    order = "a delivered order" if shop.has("deliveries") else "an order that counts"
    if excluded:
        lines.append(
            f"{excluded:,} customers without {order} have no segment: see "
            "excluded_customers."
        )
    lines += [
        "",
        "Three questions to ask:",
    ]
    questions = answerable(read_questions(project_root()), shop)
    for name in [one for one in SUGGESTED if one in questions][:3]:
        lines += [f"# {questions[name].text}", shell_command(f"query {name}", target)]
    lines += ["# All questions and their names", shell_command("query", target)]
    return "\n".join(lines + replay)


def how_to_see_outcomes(
    connection: duckdb.DuckDBPyConnection, target: str
) -> list[str]:
    """Say which command shows what segments did next, while nothing does.

    Parameters
    ----------
    connection : DuckDBPyConnection
        To a built database.
    target : {"dev", "demo"}
        Whose database it is.

    Returns
    -------
    list of str
        Comments that say what the command does, and the command. Empty if
        segment_outcomes has a day with 180 days after it, or if the orders span less
        than a year.
    """
    ((month,),) = connection.sql(
        # The last month that ended 180 days ago.
        "select case when min(purchased_at)::date <= max(as_of_date) - 365 and not "
        "exists (from segment_outcomes where horizon_days = 180) then strftime("
        "date_trunc('month', max(as_of_date) - 179) - interval 1 day, '%Y-%m') end "
        "from orders cross join intermediate.int_as_of"
    ).fetchall()
    if month is None:
        return []
    return [
        "# What do segments do next? This labels customers as of the end of "
        f"{month}, and counts what they",
        "# bought in the 180 days after; it takes about twice as long as a build.",
        shell_command(f"replay --from {month} --to {month}", target),
    ]
