"""``olist-segments forget``: leave out customers for good, and remove their traces."""

import argparse
import os
import shutil
import sys
from pathlib import Path

import duckdb

from olist_segments.commands.build import build_tables
from olist_segments.commands.common import add_target
from olist_segments.copies import copy_to_replace
from olist_segments.forgotten import (
    add_keys,
    hash_key,
    known_keys,
    list_path,
    purge,
    read_list,
    rewrite,
    strike_out,
)
from olist_segments.project import (
    SPARK_FOLDERS,
    DbtError,
    UserError,
    database_path,
    find_built,
    log_folder,
    project_root,
)
from olist_segments.shop import built_shop, export_folder, site_folder
from olist_segments.variables import chosen_shop

HELP = (
    "Forget customers: put them on a list that every later build leaves out, build "
    "without them, and remove them from the history, the exports, pages and logs."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "customers",
        nargs="*",
        metavar="CUSTOMER",
        help="a customer_unique_id, as in the table customers",
    )
    parser.add_argument(
        "--from",
        dest="file",
        type=Path,
        metavar="FILE",
        help="a file with one customer_unique_id a line; - reads what is piped in",
    )
    parser.add_argument(
        "--unknown-too",
        action="store_true",
        help="put customers on the list whom the database does not have: they may be "
        "in later files",
    )
    parser.add_argument(
        "--vars",
        default="{}",
        metavar="YAML",
        help="the variables that you build with, as for dbt",
    )
    add_target(parser)


def run(options: argparse.Namespace) -> int:
    """Put the customers on the list, and remove what is left of them."""
    root = project_root()
    keys = _keys(options)
    target, database = find_built(root, options.target)
    shop = built_shop(database).name
    if shop != chosen_shop(root, {}):
        raise UserError(
            f"{database} has the data of the shop {shop}: set OLIST_SHOP={shop}"
        )
    path = list_path(root, target, shop)
    if not options.unknown_too:
        _refuse_unknown(keys, database, path)
    exports, site = export_folder(root, database), site_folder(root, database)
    count = add_keys(path, keys)
    print(
        f"{path} lists {count:,} {'customers' if count > 1 else 'customer'} now, as "
        "salted hashes. Keep this file and back it up: it keeps them out.",
        flush=True,
    )
    for one in strike_out(exports, keys):
        print(f"Took them out of {one}")
    for removed in _remove_pages_and_logs(root, site):
        print(f"Removed {removed}")
    _forget_in(root, target, database, keys, options.vars)
    spark = database_path(root, target, SPARK_FOLDERS)
    if spark.is_dir() and spark != database:
        print(
            f"{spark} has tables of a build on Spark, which may name them: delete it. "
            "Spark builds nothing while there is a list.",
            file=sys.stderr,
        )
    print(
        "The raw files, lists that were sent, other copies and backups are as they "
        "were: dbt_project/docs/forgetting.md says what is left to you."
    )
    return 0


def _keys(options: argparse.Namespace) -> list[str]:
    keys = list(options.customers)
    if options.file:
        try:
            is_piped = str(options.file) == "-"
            text = sys.stdin.read() if is_piped else options.file.read_text("utf-8-sig")
        except OSError as error:
            raise UserError(f"cannot read {options.file}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise UserError(f"{options.file} is not UTF-8: save it as text") from error
        keys += text.splitlines()
    keys = list(dict.fromkeys(key.strip() for key in keys if key.strip()))
    if not keys:
        raise UserError(
            "name the customers to forget by their customer_unique_id, or a file with "
            "--from"
        )
    return keys


def _refuse_unknown(keys: list[str], database: Path, path: Path) -> None:
    salt, hashes = read_list(path)
    with duckdb.connect(str(database), read_only=True) as connection:
        known = known_keys(connection, keys)
    unknown = [
        key for key in keys if key not in known and hash_key(salt, key) not in hashes
    ]
    if unknown:
        which = ", ".join(unknown[:5]) + (", ..." if unknown[5:] else "")
        raise UserError(
            f"{database} has no customer_unique_id {which} ({len(unknown):,} of "
            f"{len(keys):,} are unknown). Nothing was done: correct the unknown ones, "
            "or add --unknown-too if they may be in later files."
        )


def _remove_pages_and_logs(root: Path, site: Path) -> list[Path]:
    """Remove what commands write again: any of it may name a customer."""
    logs = log_folder(root)
    artifacts = Path(os.environ.get("DBT_TARGET_PATH") or root / "target")
    pages = [*site.glob("*.html"), *site.glob("*.md"), *site.glob(".*.partial")]
    found = [*pages, *logs.glob("*.log*")]
    for path in found:
        path.unlink()
    if artifacts.is_dir():
        found.append(artifacts)
        shutil.rmtree(artifacts)
    return sorted(found)


def _forget_in(
    root: Path, target: str, database: Path, keys: list[str], variables: str
) -> None:
    """Build a copy of the database without the customers, which replaces it."""
    try:
        with copy_to_replace(database) as copy:
            with duckdb.connect(str(copy)) as connection:
                purge(connection, keys)
            words = [] if variables == "{}" else ["--vars", variables]
            # What dbt has parsed for the next build stays in the project's own target.
            artifacts = str(copy.with_name("target"))
            build_tables(
                root, target, words, OLIST_DB=str(copy), DBT_TARGET_PATH=artifacts
            )
            rewrite(copy)
    except (DbtError, UserError, KeyboardInterrupt):
        print(
            f"They are on the list, so later builds leave them out, but {database} is "
            "as it was: remove the cause, and give the same command again.",
            file=sys.stderr,
        )
        raise
    shutil.rmtree(f"{database}.tmp", ignore_errors=True)
    with duckdb.connect(str(database), read_only=True) as connection:
        left_out = connection.sql(
            "select measure, amount::bigint from staging.forgotten_totals "
            "where measure in ('orders', 'items') order by measure desc"
        ).fetchall()
    counts = " and ".join(f"{count:,} {measure}" for measure, count in left_out)
    print(
        f"{database} was built without them and written anew. The build left out "
        f"{counts} of all customers on the list."
    )
