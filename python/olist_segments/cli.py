"""The command line: build, summary, docs, demo data."""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb

from olist_segments.raw_files import RawFilesError, find_raw_folder, missing_files

DATABASES = {"dev": "olist_segments.duckdb", "demo": "olist_demo.duckdb"}
QUERIES = {
    "Whom to win back: the 20 long-gone customers who spent most": (
        "select customer_unique_id, segment_name, total_spend, recency_days "
        "from customer_segments where recency_days > 365 "
        "order by total_spend desc limit 20"
    ),
    "Where a segment is over-represented": (
        "select segment_name, state, customer_count, index_vs_all "
        "from segment_by_state where customer_count >= 30 "
        "order by index_vs_all desc limit 10"
    ),
    "Why this number of segments": (
        "select k, silhouette, stability_min_ari, reason "
        "from segment_k_candidates order by k"
    ),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : list of str, optional
        Words of the command line; those of the process by default.

    Returns
    -------
    int
        0 if all went well, 1 if dbt failed, 2 if the input cannot be used.
    """
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (RawFilesError, duckdb.IOException) as error:
        print(f"olist-segments: {error}", file=sys.stderr)
        return 2


def project_root() -> Path:
    """Find the project: the nearest folder upwards that has a dbt_project.yml.

    Returns
    -------
    Path

    Raises
    ------
    RawFilesError
        If there is none.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "dbt_project.yml").is_file():
            return folder
    raise RawFilesError(f"{here} is not inside the project: change into its folder")


def summary(database: Path, *, is_demo: bool) -> str:
    """Describe what a build has made.

    Parameters
    ----------
    database : Path
        A built database; opened for reading and closed again.
    is_demo : bool
        Say that the data is synthetic.

    Returns
    -------
    str
        Where the database is, its segments, and queries to try.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        segments = connection.sql(
            "select segment_id, segment_name, customer_count, customer_share, "
            "revenue, revenue_share, description from segments order by segment_id"
        ).fetchall()
        ((excluded,),) = connection.sql(
            "select count(*) from excluded_customers"
        ).fetchall()
    lines = [f"Database: {database}"]
    if is_demo:
        lines.append(
            "The data in it is SYNTHETIC. For the real one put the nine Olist files, "
            "or Kaggle's archive.zip, into data/raw and run `make build` again."
        )
    lines += ["", f"{'':3}{'customers':>10}{'share':>8}{'revenue':>16}{'share':>8}"]
    for number, name, customers, share, revenue, revenue_share, text in segments:
        lines.append(f"{number:<3}{name}")
        lines.append(
            f"{'':3}{customers:>10,}{share:>8.1%}{f'R$ {revenue:,.0f}':>16}"
            f"{revenue_share or 0:>8.1%}"
        )
        lines.append(f"{'':3}{text}")
    lines += [
        f"{excluded:,} customers without a delivered order have no segment: see "
        "excluded_customers.",
        "",
        "Three queries to try:",
    ]
    for title, query in QUERIES.items():
        lines += [f"# {title}", f'.venv/bin/olist-segments query "{query}"']
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="olist-segments", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    build = command("build", _build, "Build everything and print the segments.")
    docs = command("docs", _docs, "Write the dbt docs as one file, site/index.html.")
    shown = command("summary", _summary, "Print the segments of the last build.")
    query = command("query", _query, "Print the answer to a query in SQL.")
    query.add_argument("sql")
    for one in (build, docs, shown, query):
        one.add_argument(
            "--target", help="dev: real files, demo: synthetic ones (default: by data)"
        )
    build.add_argument("dbt", nargs="*", help="further words for dbt, after --")
    demo = command("demo-data", _demo_data, "Write synthetic CSV files.")
    demo.add_argument("--orders", type=int, default=5000)
    demo.add_argument("--seed", type=int, default=42)
    demo.add_argument("--folder", type=Path, help="default: data/demo")
    return parser


def _build(options: argparse.Namespace) -> int:
    root = project_root()
    target, folder = _data(root, options.target)
    if target == "demo" and not os.environ.get("OLIST_RAW_DIR"):
        print(
            "No real data in data/raw: building on SYNTHETIC demo data."
            if options.target is None
            else "Building on SYNTHETIC demo data."
        )
        if missing_files(folder):
            _write_demo_data(folder, orders=5000, seed=42)
    else:
        print(f"Building on the files in {folder}")
    code = _dbt(root, ["build", "--target", target, *options.dbt])
    if code == 0:
        print()
        print(summary(_database(root, target), is_demo=target == "demo"))
    return code


def _docs(options: argparse.Namespace) -> int:
    root = project_root()
    target, _ = _data(root, options.target)
    _built_database(root, target)
    code = _dbt(root, ["docs", "generate", "--static", "--target", target])
    if code == 0:
        page = (root / "target" / "static_index.html").read_text(encoding="utf-8")
        site = root / "site" / "index.html"
        site.parent.mkdir(exist_ok=True)
        site.write_text(_without_requests(page), encoding="utf-8")
        print(f"Open {site} in a browser.")
    return code


def _summary(options: argparse.Namespace) -> int:
    root = project_root()
    target, _ = _data(root, options.target)
    print(summary(_built_database(root, target), is_demo=target == "demo"))
    return 0


def _query(options: argparse.Namespace) -> int:
    root = project_root()
    target, _ = _data(root, options.target)
    database = _built_database(root, target)
    with duckdb.connect(str(database), read_only=True) as connection:
        try:
            connection.sql(options.sql).show(max_width=200, max_rows=100)
        except duckdb.Error as error:
            print(f"olist-segments: {error}", file=sys.stderr)
            return 1
    return 0


def _demo_data(options: argparse.Namespace) -> int:
    folder = options.folder or project_root() / "data" / "demo"
    _write_demo_data(folder, orders=options.orders, seed=options.seed)
    return 0


def _write_demo_data(folder: Path, *, orders: int, seed: int) -> None:
    from olist_segments.demo_data import write_demo_data

    print(f"Writing {orders:,} synthetic orders to {folder} ...")
    try:
        write_demo_data(folder, orders, seed)
    except ValueError as error:
        raise RawFilesError(str(error)) from error


def _data(root: Path, target: str | None) -> tuple[str, Path]:
    return find_raw_folder(root, target=target, raw_dir=os.environ.get("OLIST_RAW_DIR"))


def _database(root: Path, target: str) -> Path:
    named = os.environ.get("OLIST_DB")
    return Path(named).resolve() if named else root / DATABASES[target]


def _built_database(root: Path, target: str) -> Path:
    database = _database(root, target)
    if not database.is_file():
        raise RawFilesError(f"{database} does not exist yet: run `make build` first")
    return database


def _dbt(root: Path, words: list[str]) -> int:
    """Run dbt from the root; paths in the environment are meant from here."""
    environment = dict(os.environ)
    for name in ("OLIST_RAW_DIR", "OLIST_DB"):
        if environment.get(name):
            environment[name] = str(Path(environment[name]).resolve())
    return subprocess.call(
        [sys.executable, "-m", "dbt.cli.main", *words], cwd=root, env=environment
    )


def _without_requests(page: str) -> str:
    """Take out what dbt's page would ask the network for: a tracker and an icon."""
    page = re.sub(r'<link rel="(?:shortcut )?icon"[^>]*>', "", page)
    start = "turn_on_tracking:function(){"
    if start not in page:
        raise RuntimeError("dbt's docs page has changed: its tracker was not found")
    return page.replace(start, start + "return;")
