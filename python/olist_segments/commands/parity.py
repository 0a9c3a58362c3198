"""``olist-segments parity``: compare a build on Spark with one on DuckDB."""

import argparse
from pathlib import Path

from olist_segments.project import (
    SPARK_FOLDERS,
    UserError,
    called,
    find_built,
    project_root,
)

HELP = "Compare a build on Spark with one on DuckDB, row by row."


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--duckdb", type=Path, help="database (default: as built)")
    parser.add_argument("--spark", type=Path, help="folder (default: as built)")


def run(options: argparse.Namespace) -> int:
    """Compare the builds, and print the differences."""
    from olist_segments.spark.parity import compare, render

    root = project_root()
    target, database = ("dev", options.duckdb) if options.duckdb else find_built(root)
    folder = options.spark or root / SPARK_FOLDERS[target]
    for path, how in ((database, "build"), (folder / "tables", "build --target spark")):
        if not path.exists():
            raise UserError(f"{path} does not exist yet: run `{called(how)}`")
    parity = compare(root, database, folder)
    print(render(parity))
    return 0 if parity.is_met else 1
