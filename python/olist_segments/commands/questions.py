"""``olist-segments questions``: all questions with their answers, as a page."""

import argparse

import duckdb

from olist_segments.commands.common import add_target, keep_page
from olist_segments.project import find_built, is_synthetic, project_root, run_dbt
from olist_segments.questions import compiled, read_questions, render_page

HELP = "Write all questions and answers into dbt_project/docs/queries.md."


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_target(parser)


def run(options: argparse.Namespace) -> int:
    """Ask all questions, and write or print the page."""
    root = project_root()
    target, database = find_built(root, options.target)
    words = ["--quiet", "compile", "--select", "path:dbt_project/analyses"]
    words += ["--target-path", str(root / "target"), "--target", target]
    run_dbt(root, words)
    with duckdb.connect(str(database), read_only=True) as connection:
        page = render_page(read_questions(root), compiled(root / "target"), connection)
        is_made_up = is_synthetic(connection)
    keep_page(root, database, "queries.md", page, is_synthetic=is_made_up)
    return 0
