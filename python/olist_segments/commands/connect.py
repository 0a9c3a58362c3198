"""``olist-segments connect``: write down what a shop's files mean."""

import argparse
import os
import re
import shlex
from pathlib import Path

import duckdb

from olist_segments.connect.proposal import propose_shop
from olist_segments.connect.tables import common_name, read_tables
from olist_segments.connect.writing import describe, sql_of, yaml_of
from olist_segments.project import (
    SCHEMAS,
    UserError,
    called,
    project_root,
    write_page,
)
from olist_segments.variables import default_of

HELP = "Propose what the columns of a shop's files mean, and write it down."
# Names of databases, engines, schemas and folders of exports.
_TAKEN = (
    *SCHEMAS,
    "olist",
    "olist_segments",
    "olist_demo",
    "real",
    "demo",
    "default",
    "duckdb",
    "spark",
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="a CSV, Parquet file or Excel workbook with orders; or several, which are "
        "put together or joined by columns of the same name",
    )
    parser.add_argument("--name", help="of the shop (default: after the file)")
    parser.add_argument("--currency", default="", metavar="CODE", help="such as EUR")
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="INPUT=COLUMN",
        help="what a column is, if it is not found: --column customer_id=Kunde",
    )
    parser.add_argument(
        "--force", action="store_true", help="replace what was written before"
    )


def run(options: argparse.Namespace) -> int:
    """Read the files, write the YAML, and say what was understood."""
    root = project_root()
    given = dict(_said(one) for one in options.column)
    name = options.name or common_name(options.files)
    _refuse_name(name)
    if len({one.resolve().parent for one in options.files}) > 1:
        raise UserError("the files are in several folders: move them to one")
    path = root / "dbt_project" / "shops" / f"{name}.yml"
    if path.exists() and not options.force:
        raise UserError(
            f"{path.relative_to(root)} is there already: --force replaces it, --name "
            "gives the shop another name"
        )
    with duckdb.connect() as connection:
        null_words = default_of(root, "null_words") or []
        tables = read_tables(connection, options.files, null_words)
        shop = propose_shop(
            connection,
            tables,
            name,
            given=given,
            currency=options.currency,
            null_words=null_words,
        )
    print(describe(shop))
    write_page(path, yaml_of(shop))
    written = [path.relative_to(root)]
    if shop.joins:
        write_page(path.with_suffix(".sql"), sql_of(shop))
        written.append(path.with_suffix(".sql").relative_to(root))
    print(f"\nWrote {' and '.join(map(str, written))}: correct what is wrong. Then:\n")
    folder = options.files[0].resolve().parent
    for command in ("build", "report"):
        print(f"    {_command(root, folder, name, command)}")
    return 0


def _said(text: str) -> tuple[str, str]:
    name, sign, column = text.partition("=")
    if not sign or not column:
        raise UserError(f"--column {text} names no column: write --column INPUT=COLUMN")
    return name.strip(), column.strip()


def _refuse_name(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or "__" in name or name in _TAKEN:
        raise UserError(
            f"a shop cannot be called {name}: use small letters, digits and _, as in "
            "--name my_shop"
        )


def _command(root: Path, folder: Path, name: str, command: str) -> str:
    """Return a command that works as printed in the folder of the project."""
    settings = [f"OLIST_SHOP={name}"]
    if command == "build" and folder != root / "data" / "raw":
        settings.insert(0, f"OLIST_RAW_DIR={shlex.quote(str(folder))}")
    if os.environ.get("OLIST_DB"):
        settings.append(f"OLIST_DB={shlex.quote(os.environ['OLIST_DB'])}")
    return f"{' '.join(settings)} {called(command)}"
