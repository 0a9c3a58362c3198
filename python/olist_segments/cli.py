"""The command line: build, query, export, docs, study, demo data and the rest."""

import argparse
import importlib.util
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import yaml

from olist_segments.demo.mark import is_synthetic
from olist_segments.exports import ExportError, export_segments, preview, write_answer
from olist_segments.locks import explain
from olist_segments.months import month_ends
from olist_segments.progress import LOG_AS_JSON, show_progress
from olist_segments.questions import (
    QuestionError,
    compile_question,
    compiled,
    explain_unknown,
    list_questions,
    read_questions,
    render_page,
)
from olist_segments.raw.check import find_problems, read_contract
from olist_segments.raw.files import RawFilesError, find_raw_folder, missing_files
from olist_segments.whole import stale_tables

DATABASES = {"dev": "olist_segments.duckdb", "demo": "olist_demo.duckdb"}
SPARK_FOLDERS = {"dev": "olist_segments.spark", "demo": "olist_demo.spark"}
SUMMARY_TABLES = {
    "segments",
    "excluded_customers",
    "customer_segments",
    "segment_by_state",
    "segment_k_candidates",
    "feature_statistics",
    "rejected_rows",
}
SUGGESTED = ("win_back", "states_beyond_chance", "why_this_k")


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : list of str, optional
        Words of the command line; those of the process by default.

    Returns
    -------
    int
        0 if all went well, 2 if the input cannot be used, 1 if a query failed, 130 if
        it was interrupted, 141 if nobody reads what is printed; otherwise what dbt
        returned.
    """
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:  # as by `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except (RawFilesError, QuestionError, ExportError) as error:
        print(f"olist-segments: {error}", file=sys.stderr)
        return 2
    except duckdb.IOException as error:
        print(f"olist-segments: {explain(error)}", file=sys.stderr)
        return 2
    except duckdb.Error as error:
        print(f"olist-segments: {error}", file=sys.stderr)
        return 1


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


def built_database(target: str | None = None) -> Path:
    """Find the database that a build has made, as every command does.

    Parameters
    ----------
    target : {"dev", "demo"}, optional
        Whose database; by default the one that OLIST_DB names, or else that of the
        real files if they were built, or else that of the synthetic ones.

    Returns
    -------
    Path

    Raises
    ------
    RawFilesError
        If there is none.
    """
    return _built(project_root(), target)[1]


def summary(database: Path, *, target: str) -> str:
    """Describe what a build has made.

    Parameters
    ----------
    database : Path
        A built database; opened for reading and closed again.
    target : {"dev", "demo"}
        Whose database it is, for the commands that the summary names.

    Returns
    -------
    str
        Where the database is, its segments, and questions to ask; after a build of
        some models only, where it is.
    """
    lines = [f"Database: {database}"]
    with duckdb.connect(str(database), read_only=True) as connection:
        if is_synthetic(connection):
            lines.append(
                "The data in it is SYNTHETIC. For the real one put the nine Olist "
                "files, or Kaggle's archive.zip, into data/raw and run `make build` "
                "again."
            )
        tables = connection.sql(
            "select table_name from information_schema.tables "
            "where table_schema = 'main'"
        ).fetchall()
        if SUMMARY_TABLES - {name for (name,) in tables}:
            lines.append("It has no segments yet: `make build` builds everything.")
            return "\n".join(lines)
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
            "select feature from feature_statistics where is_selected "
            "and distinct_values <= 1 order by feature"
        ).fetchall()
    lines.append(f"As of {as_of}.")
    if rejected:
        lines.append(
            f"{rejected:,} lines of the raw files could not be read: see rejected_rows."
        )
    if alike:
        lines.append(
            f"Of no use: {', '.join(feature for (feature,) in alike)}. The files say "
            "the same of everybody, or nothing; see feature_statistics."
        )
    lines += ["", f"{'':3}{'customers':>10}{'share':>8}{'revenue':>16}{'share':>8}"]
    for number, name, customers, share, revenue, revenue_share, text in segments:
        lines.append(f"{number:<3}{name}")
        lines.append(
            f"{'':3}{customers:>10,}{share:>8.1%}{f'R$ {revenue:,.0f}':>16}"
            f"{revenue_share or 0:>8.1%}"
        )
        lines.append(f"{'':3}{text or 'Nobody is in it at present.'}")
    lines += [
        f"{excluded:,} customers without a delivered order have no segment: see "
        "excluded_customers.",
        "",
        "Three questions to ask:",
    ]
    command = f".venv/bin/olist-segments query --target {target}"
    if os.environ.get("OLIST_DB"):
        command = f"OLIST_DB={shlex.quote(str(database))} {command}"
    questions = read_questions(project_root())
    for name in SUGGESTED:
        lines += [f"# {questions[name].text}", f"{command} {name}"]
    lines += ["# More questions, with names to ask them by", command]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="olist-segments", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    build = command("build", _build, "Build everything and print the segments.")
    replay = command(
        "replay",
        _replay,
        "Write the history of segments anew: label customers as of every month end "
        "with the current model, then build the present day.",
    )
    replay.add_argument("--from", dest="first", required=True, metavar="YYYY-MM")
    replay.add_argument("--to", dest="last", required=True, metavar="YYYY-MM")
    replay.add_argument(
        "--target",
        choices=DATABASES,
        help="dev: real files, demo: synthetic ones (default: dev if there are any)",
    )
    docs = command("docs", _docs, "Write the dbt docs as one file, site/index.html.")
    shown = command("summary", _summary, "Print the segments that were built.")
    query = command(
        "query", _query, "Print the answer to a question, or to a query in SQL."
    )
    query.add_argument(
        "query",
        nargs="?",
        help="name of a question, or SQL; without it the questions are listed",
    )
    query.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the question",
    )
    query.add_argument("--rows", type=_positive, default=40, help="rows to print (40)")
    query.add_argument(
        "--to", type=Path, metavar="FILE", help="write all rows to a .csv or .parquet"
    )
    asked = command(
        "questions", _questions, "Ask all questions: dbt_project/docs/queries.md."
    )
    export = command(
        "export",
        _export,
        "Write the members of segments as CSV and Parquet files, in place of the "
        "export before.",
    )
    export.add_argument(
        "--segment",
        action="append",
        metavar="KEY",
        help="a segment (default: all); files of others are removed",
    )
    export.add_argument(
        "--to",
        type=Path,
        metavar="FOLDER",
        help="default: exports/real or exports/demo",
    )
    export.add_argument(
        "--preview",
        action="store_true",
        help="say how large it would be, write nothing",
    )
    page = command("report", _report, "Write the report as one file: site/report.html.")
    study = command("study", _study, "Study how far the segments hold.")
    study.add_argument("--draws", type=int, default=50, help="bootstrap samples")
    study.add_argument("--first", default="2017-09", help="first month")
    study.add_argument("--last", default="2018-08", help="last month")
    notebooks = command("notebooks", _notebooks, "Run the notebooks into site/.")
    build.add_argument(
        "--target",
        choices=[*DATABASES, "spark"],
        help="dev: real files, demo: synthetic ones (default: dev if there are any), "
        "spark: either on Spark",
    )
    build.add_argument(
        "--conf",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of Spark, with --target spark",
    )
    parity = command(
        "parity", _parity, "Compare a build on Spark with one on DuckDB, row by row."
    )
    parity.add_argument("--duckdb", type=Path, help="database (default: as built)")
    parity.add_argument("--spark", type=Path, help="folder (default: as built)")
    for one in (docs, page, shown, query, asked, export, study, notebooks):
        one.add_argument(
            "--target",
            choices=DATABASES,
            help="whose database to read (default: dev if it was built, else demo)",
        )
    build.add_argument(
        "--verbose", action="store_true", help="print what dbt prints, line by line"
    )
    build.add_argument("dbt", nargs="*", help="further words for dbt, after --")
    demo = command("demo-data", _demo_data, "Write synthetic CSV files.")
    demo.add_argument("--orders", type=int, default=5000)
    demo.add_argument("--seed", type=int, default=42)
    demo.add_argument("--folder", type=Path, help="default: data/demo")
    demo.add_argument(
        "--planted",
        type=int,
        metavar="K",
        help="plant K segments, 2 to 8, and write their labels to planted_segments.csv",
    )
    demo.add_argument(
        "--separation",
        type=float,
        default=1.0,
        help="how far they lie apart, from 0 (not at all) to 1 (default)",
    )
    report = command(
        "demo-report", _demo_report, "Show demo beside real data: site/demo_data.html."
    )
    report.add_argument("--orders", type=int, default=100_000)
    report.add_argument("--seed", type=int, default=42)
    return parser


def _build(options: argparse.Namespace) -> int:
    root = project_root()
    if options.target == "spark":
        return _build_on_spark(root, options)
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
    if not options.dbt:  # a variable may allow more, so dbt decides
        _check(root, folder)
    words = ["build", "--target", target, *options.dbt]
    if options.verbose:
        code = _dbt(root, words)
    else:
        process = _dbt_process(root, [*LOG_AS_JSON, _colours(), *words])
        with subprocess.Popen(**process, stdout=subprocess.PIPE, text=True) as dbt:
            try:
                show_progress(dbt.stdout, sys.stdout)
            except KeyboardInterrupt:  # dbt has it too, and comes to an end
                dbt.stdout.read()
                print(
                    "Stopped: build again before you use the tables.", file=sys.stderr
                )
                raise
        code = dbt.returncode
        logs = Path(os.environ.get("DBT_LOG_PATH", root / "logs"))
        print(f"The whole log is in {logs / 'dbt.log'}")
    if code == 0:
        print()
        print(summary(_database(root, target), target=target))
    elif code == 1:
        print(
            "The build stopped: tables before the first error are new, those after it "
            "old. Mend the cause and build again before you use either.",
            file=sys.stderr,
        )
    return code


def _build_on_spark(root: Path, options: argparse.Namespace) -> int:
    from olist_segments.spark.session import describe_segments, open_session, run_dbt

    if importlib.util.find_spec("pyspark") is None:
        raise RawFilesError("Spark is not installed: run `make build TARGET=spark`")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise RawFilesError("Spark needs Java 17 or newer, and there is no java")
    target, folder = _data(root, None)
    tables = _spark_folder(root, target)
    if target == "demo" and missing_files(folder):
        _write_demo_data(folder, orders=5000, seed=42)
    what = "SYNTHETIC demo data" if target == "demo" else f"the files in {folder}"
    print(
        f"Building on {what} with Spark, into {tables}: one session runs the SQL of "
        "the models, and the process that drives it their Python.",
        flush=True,
    )
    if not options.dbt:
        _check(root, folder)
    os.environ["OLIST_RAW_DIR"] = str(folder.resolve())
    settings = dict(one.split("=", 1) for one in options.conf)
    session = open_session(tables, settings=settings)
    words = ["--target", "spark", "--project-dir", str(root)]
    words += ["--profiles-dir", os.environ.get("DBT_PROFILES_DIR", str(root))]
    if not run_dbt(["build", *words, *options.dbt]):
        return 1
    print()
    print(describe_segments(session))
    return 0


def _spark_folder(root: Path, target: str) -> Path:
    named = os.environ.get("OLIST_DB")
    return Path(named).resolve() if named else root / SPARK_FOLDERS[target]


def _parity(options: argparse.Namespace) -> int:
    from olist_segments.spark.parity import compare, render

    root = project_root()
    target, database = ("dev", options.duckdb) if options.duckdb else _built(root, None)
    folder = options.spark or root / SPARK_FOLDERS[target]
    for path, how in ((database, ""), (folder / "tables", " TARGET=spark")):
        if not path.exists():
            raise RawFilesError(f"{path} does not exist yet: run `make build{how}`")
    parity = compare(root, database, folder)
    print(render(parity))
    return 0 if parity.is_met else 1


def _check(root: Path, folder: Path) -> None:
    """Refuse raw files that cannot be used, in the words that dbt would use too."""
    project = yaml.safe_load((root / "dbt_project.yml").read_text(encoding="utf-8"))
    problems = find_problems(
        folder,
        read_contract(root / "models" / "staging" / "olist" / "_sources.yml"),
        max_bad_share=project["vars"]["max_rejected_share"],
    )
    if problems:
        unset = "unset OLIST_RAW_DIR and " if os.environ.get("OLIST_RAW_DIR") else ""
        raise RawFilesError(
            "\n- ".join([f"the raw files in {folder} cannot be used:", *problems])
            + f"\nCorrect them, or {unset}build on synthetic data with "
            "`make build TARGET=demo`."
        )


def _replay(options: argparse.Namespace) -> int:
    root = project_root()
    target, _ = _data(root, options.target)
    try:
        days = month_ends(options.first, options.last)
    except ValueError as error:
        raise RawFilesError(str(error)) from error
    tables = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    quiet = ["--quiet", "--target", target]

    print("Making sure of the current model ...", flush=True)
    code = _dbt(root, [*quiet, "build", *tables, "--select", "+int_fitted_model"])
    if code:
        return code
    with duckdb.connect(str(_database(root, target)), read_only=True) as connection:
        ((present,),) = connection.sql(
            "select as_of_date from intermediate.int_as_of"
        ).fetchall()
    if days[-1] >= present:
        raise RawFilesError(
            f"{options.last} does not end before {present}, the last day that counts: "
            "replay earlier months"
        )

    began = time.monotonic()
    code = _dbt(root, [*quiet, "run-operation", "forget_history"])
    labels = ["--select", "int_as_of+,+customer_segment_history"]
    labels += ["--exclude", "config.materialized:fitted", "feature_statistics"]
    for number, day in enumerate(days, start=1):
        if code:
            return code
        passed = f"{time.monotonic() - began:.0f} s"
        print(f"[{number}/{len(days)}] as of {day}, after {passed}", flush=True)
        variables = json.dumps({"as_of_date": str(day)})
        code = _dbt(root, [*quiet, "build", *tables, *labels, "--vars", variables])
    if code:
        return code
    print(f"As of {present}, the present day", flush=True)
    options.dbt, options.verbose = [], False
    return _build(options)


def _docs(options: argparse.Namespace) -> int:
    from olist_segments.docs_page import finish_docs_page

    root = project_root()
    target, _ = _built(root, options.target)
    artifacts = root / "target"  # whatever DBT_TARGET_PATH names
    print("Writing the docs ...", flush=True)
    words = ["--quiet", _colours(), "docs", "generate", "--static"]
    words += ["--target-path", str(artifacts)]
    code = _dbt(root, [*words, "--target", target])
    if code == 0:
        page = (artifacts / "static_index.html").read_text(encoding="utf-8")
        site = root / "site" / "index.html"
        _write_page(site, finish_docs_page(page, title="olist_segments"))
        print(f"Open {site} in a browser.")
    return code


def _summary(options: argparse.Namespace) -> int:
    target, database = _built(project_root(), options.target)
    print(summary(database, target=target))
    return 0


def _query(options: argparse.Namespace) -> int:
    root = project_root()
    questions = read_questions(root)
    if options.query is None:
        print(list_questions(questions))
        return 0
    target, database = _built(root, options.target)
    sql = options.query
    duckdb.connect(str(database), read_only=True).close()  # says who holds it
    if sql.isidentifier():
        if sql not in questions:
            with duckdb.connect(str(database), read_only=True) as connection:
                shown = connection.sql("show tables").fetchall()
            raise QuestionError(
                explain_unknown(sql, questions, {name for (name,) in shown}, root=root)
            )
        sql = compile_question(
            questions,
            sql,
            options.set,
            root=root,
            run_dbt=lambda words: subprocess.run(
                **_dbt_process(root, [*words, "--target", target]),
                stdout=subprocess.PIPE,
                text=True,
                check=False,
            ),
        )
    elif options.set:
        raise QuestionError("--set is for questions, and this is SQL")
    with duckdb.connect(str(database), read_only=True) as connection:
        if is_synthetic(connection):
            print("The answer is about SYNTHETIC data.", file=sys.stderr)
        statements = len(connection.extract_statements(sql))
        if statements > 1:
            raise QuestionError(
                f"these are {statements} statements: ask them one by one"
            )
        try:
            answer = connection.sql(sql)
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            if sql == options.query:  # SQL of one's own
                raise
            raise RawFilesError(
                f"{database} lacks what {options.query} asks for: run `make build` "
                "first"
            ) from error
        if answer is None:  # of a statement such as copy
            return 0
        count = len(answer)
        if options.to:
            write_answer(answer, options.to)
            print(f"Wrote {count:,} rows to {options.to}")
            return 0
        answer.limit(options.rows).show(max_width=200, max_rows=options.rows)
        if count > options.rows:
            print(
                f"The first {options.rows:,} of {count:,} rows: --rows shows more, "
                "--to FILE.csv writes all."
            )
    return 0


def _questions(options: argparse.Namespace) -> int:
    root = project_root()
    target, database = _built(root, options.target)
    words = ["--quiet", "compile", "--select", "path:dbt_project/analyses"]
    words += ["--target-path", str(root / "target")]
    code = _dbt(root, [*words, "--target", target])
    if code:
        return code
    with duckdb.connect(str(database), read_only=True) as connection:
        page = render_page(read_questions(root), compiled(root / "target"), connection)
        is_made_up = is_synthetic(connection)
    if is_made_up:
        print(page)
    else:
        path = root / "dbt_project" / "docs" / "queries.md"
        path.write_text(page, encoding="utf-8")
        print(f"Wrote {path}")
    return 0


def _export(options: argparse.Namespace) -> int:
    root = project_root()
    _, database = _built(root, options.target)
    try:
        _check_whole(database)
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise RawFilesError(
            f"{database} lacks the segments: run `make build` first"
        ) from error
    with duckdb.connect(str(database), read_only=True) as connection:
        is_made_up = is_synthetic(connection)
        if is_made_up:
            print("The customers are SYNTHETIC.", file=sys.stderr)
        folder = options.to or root / "exports" / ("demo" if is_made_up else "real")
        segments = preview(connection, options.segment)
        for segment in segments:
            print(
                f"{segment.customer_count:>10,} customers, "
                f"{segment.csv_bytes / 1e3:>8,.0f} kB as CSV: {segment.key}"
            )
        guarded = sum(segment.guarded_count for segment in segments)
        if guarded:
            print(
                f"{guarded:,} cells begin as a formula does: in the CSV files they get "
                "an apostrophe in front, in the Parquet files they are as they are."
            )
        if not options.preview:
            before = {path.name for path in folder.glob("*")}
            manifest = export_segments(
                connection, folder, segments, is_synthetic=is_made_up
            )
            print(f"Wrote {2 * len(segments)} files, listed in {manifest}")
            removed = before - {path.name for path in folder.iterdir()}
            if removed:
                print(f"Removed {len(removed)} files of the export before")
            days = connection.sql(
                "select distinct entered_at from segment_members limit 2"
            ).fetchall()
            if len(days) == 1 and days[0][0]:
                print(
                    f"entered_at is {days[0][0]} for everybody, the day of the first "
                    "build: `make replay` writes the history of months before."
                )
    return 0


def _report(options: argparse.Namespace) -> int:
    from olist_segments.report import render_report

    root = project_root()
    _, database = _built(root, options.target)
    site = root / "site" / "report.html"
    try:
        _check_whole(database)
        page = render_report(database)
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise RawFilesError(
            f"{database} lacks what the report shows: run `make build` first"
        ) from error
    _write_page(site, page)
    print(f"Open {site} in a browser.")
    return 0


def _study(options: argparse.Namespace) -> int:
    from olist_segments.study.page import render_page
    from olist_segments.study.studies import StudyError, run_study

    root = project_root()
    target, database = _built(root, options.target)
    try:
        tables = run_study(
            root,
            database,
            target=target,
            draws=options.draws,
            first=options.first,
            last=options.last,
        )
    except StudyError as error:
        print(f"olist-segments: {error}", file=sys.stderr)
        return 1
    page = render_page(tables)
    if tables["run"]["is_synthetic"].item():
        print(page)
    else:
        path = root / "dbt_project" / "docs" / "stability.md"
        path.write_text(page, encoding="utf-8")
        print(f"Wrote {path}")
    print(f"The tables are in schema studies of {database}.")
    return 0


def _notebooks(options: argparse.Namespace) -> int:
    from nbclient.exceptions import CellExecutionError

    from olist_segments.notebooks import export_notebook
    from olist_segments.study.studies import StudyError

    root = project_root()
    _, database = _built(root, options.target)
    code = 0
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        try:
            print(f"Wrote {export_notebook(path, database, root / 'site')}", flush=True)
        except StudyError as error:
            print(f"Left out {path.name}: {error}", flush=True)
        except CellExecutionError as error:
            said = f"{error.ename}: {error.evalue}"
            print(f"{path.name} stopped with {said}", file=sys.stderr)
            code = 1
    return code


def _demo_data(options: argparse.Namespace) -> int:
    folder = options.folder or project_root() / "data" / "demo"
    _write_demo_data(
        folder,
        orders=options.orders,
        seed=options.seed,
        planted=options.planted,
        separation=options.separation,
    )
    return 0


def _write_demo_data(folder: Path, **options) -> None:
    from olist_segments.demo import write_demo_data

    print(f"Writing {options['orders']:,} synthetic orders to {folder} ...")
    try:
        write_demo_data(folder, **options)
    except ValueError as error:
        raise RawFilesError(str(error)) from error


def _demo_report(options: argparse.Namespace) -> int:
    from olist_segments.demo.report import demo_report

    site = project_root() / "site" / "demo_data.html"
    print(f"Comparing {options.orders:,} synthetic orders with the real data ...")
    try:
        text = demo_report(options.orders, options.seed)
    except ValueError as error:
        raise RawFilesError(str(error)) from error
    _write_page(site, text)
    print(f"Open {site} in a browser.")
    return 0


def _data(root: Path, target: str | None) -> tuple[str, Path]:
    return find_raw_folder(root, target=target, raw_dir=os.environ.get("OLIST_RAW_DIR"))


def _database(root: Path, target: str) -> Path:
    named = os.environ.get("OLIST_DB")
    return Path(named).resolve() if named else root / DATABASES[target]


def _built(root: Path, target: str | None) -> tuple[str, Path]:
    """Find the database to read: real results come before synthetic ones."""
    if target is None and os.environ.get("OLIST_DB"):
        target, _ = _data(root, None)
    elif target is None:
        target = "dev" if _has_segments(_database(root, "dev")) else "demo"
    database = _database(root, target)
    if not database.is_file():
        raise RawFilesError(f"{database} does not exist yet: run `make build` first")
    return target, database


def _has_segments(database: Path) -> bool:
    """Say whether a build has come as far as the segments: one that failed has not."""
    if not database.is_file():
        return False
    with duckdb.connect(str(database), read_only=True) as connection:
        return bool(
            connection.sql(
                "select 1 from information_schema.tables "
                "where table_schema = 'main' and table_name = 'segments'"
            ).fetchall()
        )


def _check_whole(database: Path) -> None:
    """Refuse a database with tables of two builds."""
    with duckdb.connect(str(database), read_only=True) as connection:
        stale = stale_tables(connection)
    if stale:
        raise RawFilesError(
            f"{database} has tables of an earlier build ({', '.join(stale)}): the last "
            "one stopped, so build again first"
        )


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is not a number of rows from 1")
    return int(text)


def _write_page(path: Path, text: str) -> None:
    """Write a page, which is there when it is complete."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, path)
    except OSError as error:
        raise RawFilesError(f"cannot write {path}: {error.strerror}") from error


def _colours() -> str:
    return "--use-colors" if sys.stdout.isatty() else "--no-use-colors"


def _dbt(root: Path, words: list[str]) -> int:
    return subprocess.call(**_dbt_process(root, words))


def _dbt_process(root: Path, words: list[str]) -> dict:
    """Say how to run dbt: from the root, with paths in the environment from here."""
    environment = dict(os.environ)
    for name in ("OLIST_RAW_DIR", "OLIST_DB"):
        if environment.get(name):
            environment[name] = str(Path(environment[name]).resolve())
    # dbt imports its main module before it is run, which Python warns about.
    python = [sys.executable, "-W", "ignore::RuntimeWarning:runpy"]
    command = [*python, "-m", "dbt.cli.main", *words]
    return {"args": command, "cwd": root, "env": environment}
