"""``olist-segments build``: everything, on DuckDB or on Spark."""

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path, PureWindowsPath
from typing import TextIO

import duckdb
import yaml

from olist_segments.commands import demo_data
from olist_segments.commands.summary import summary
from olist_segments.forgotten import list_path
from olist_segments.project import (
    DATABASES,
    SPARK_FOLDERS,
    DbtError,
    UserError,
    called,
    database_path,
    dbt_process,
    log_folder,
    project_root,
    run_dbt,
    started,
)
from olist_segments.raw.check import find_problems, read_contract
from olist_segments.raw.files import find_raw_folder, missing_files
from olist_segments.variables import (
    chosen_shop,
    find_problems_of_variables,
    shop_source,
)

HELP = "Build everything and print the segments."
# Seconds without a line after which progress names what runs.
SILENCE = 4
LOG_AS_JSON = ["--log-format", "json", "--log-format-file", "debug"]
DRIFTED = (
    "select measure from segment_drift where is_refit_due order by drift desc, measure"
)
REFIT_DUE = 3


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "--target",
        choices=[*DATABASES, "spark"],
        help="dev: real files, demo: synthetic ones (default: dev if there are any), "
        "spark: either on Spark",
    )
    parser.add_argument(
        "--conf",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a Spark setting, with --target spark",
    )
    parser.add_argument(
        "--fail-on-drift",
        action="store_true",
        help=f"exit with code {REFIT_DUE} if everything was built but a refit is due",
    )
    parser.add_argument("--verbose", action="store_true", help="print dbt's own output")
    parser.add_argument("dbt", nargs="*", help="further arguments for dbt, after --")


def run(options: argparse.Namespace) -> int:
    """Build on DuckDB or on Spark."""
    root = project_root()
    check_variables(root, options.dbt)
    shop = _given_variables(options.dbt).get("shop")
    if shop and not os.environ.get("OLIST_SHOP"):  # it names the database as well
        os.environ["OLIST_SHOP"] = str(shop)
    fails = options.fail_on_drift
    if options.target == "spark":
        return build_on_spark(
            root, options.dbt, settings=options.conf, fails_on_drift=fails
        )
    return build(
        root,
        options.target,
        options.dbt,
        is_verbose=options.verbose,
        fails_on_drift=fails,
    )


def build(
    root: Path,
    target: str | None,
    words: Iterable[str] = (),
    *,
    is_verbose: bool = False,
    fails_on_drift: bool = False,
) -> int:
    """Build on DuckDB, and print the segments.

    Parameters
    ----------
    root, target, words, is_verbose
        As in `build_tables`.
    fails_on_drift : bool
        Return `REFIT_DUE` if a refit is due.

    Returns
    -------
    int
        0 or `REFIT_DUE`.

    Raises
    ------
    UserError, DbtError
        As in `build_tables`.
    """
    try:
        target = build_tables(root, target, words, is_verbose=is_verbose)
    except KeyboardInterrupt:
        print("Stopped: build again before you use the tables.", file=sys.stderr)
        raise
    except DbtError as error:
        if error.code == 1:
            print(
                "The build stopped: tables before the first error are new, those after "
                "it old. Fix the cause and build again before you use either.",
                file=sys.stderr,
            )
        raise
    print()
    database = database_path(root, target)
    print(summary(database, target=target))
    if not fails_on_drift:
        return 0
    with duckdb.connect(str(database), read_only=True) as connection:
        return _exit_code(connection.sql(DRIFTED).fetchall())


def build_tables(
    root: Path,
    target: str | None,
    words: Iterable[str] = (),
    *,
    is_verbose: bool = False,
    **settings: str,
) -> str:
    """Build on DuckDB.

    Parameters
    ----------
    root : Path
        Root of the project.
    target : {"dev", "demo"}, optional
        As `find_raw_folder` takes it.
    words : iterable of str
        Further arguments for dbt.
    is_verbose : bool
        Print dbt's own output instead of a line per layer.
    **settings : str
        Variables of the environment, such as OLIST_DB.

    Returns
    -------
    {"dev", "demo"}
        The target that was built.

    Raises
    ------
    UserError
        If the raw files cannot be used.
    DbtError
        If dbt fails.
    """
    asked, raw_dir = target, os.environ.get("OLIST_RAW_DIR")
    words = list(words)
    shop = chosen_shop(root, _given_variables(words))
    target, folder = find_raw_folder(root, target=target, raw_dir=raw_dir, shop=shop)
    if target == "demo" and not raw_dir:
        print(
            "No real data in data/raw: building on SYNTHETIC demo data."
            if asked is None
            else "Building on SYNTHETIC demo data."
        )
        if missing_files(folder):
            demo_data.write(folder)
    elif shop == "olist":
        print(f"Building on the files in {folder}")
    else:
        print(f"Building the shop {shop} on the files in {folder}")
    if not words:  # a variable may allow more, so dbt decides
        check_raw_files(root, folder, shop)
    words = ["build", "--target", target, *words]
    settings["OLIST_RAW_DIR"] = str(folder)
    if is_verbose:
        run_dbt(root, words, **settings)
    else:
        _run_with_progress(root, words, **settings)
    return target


def build_on_spark(
    root: Path, words: list[str], *, settings: list[str], fails_on_drift: bool = False
) -> int:
    """Build on Spark, and print the segments.

    Parameters
    ----------
    root : Path
        Root of the project.
    words : list of str
        Further arguments for dbt.
    settings : list of str
        Settings of Spark, each as ``name=value``.
    fails_on_drift : bool
        As in `build`.

    Returns
    -------
    int
        0 or `REFIT_DUE`.

    Raises
    ------
    UserError
        If Spark is not there, or a setting or the raw files cannot be used.
    DbtError
        If dbt fails.
    """
    from olist_segments.spark.session import describe_segments, open_session, run_dbt

    if importlib.util.find_spec("pyspark") is None:
        raise UserError(
            "Spark is not installed: run `make build TARGET=spark`, or "
            "`pip install -e '.[spark]'`"
        )
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise UserError("Spark needs Java 17 or newer, and no java was found")
    for setting in settings:
        if "=" not in setting:
            raise UserError(f"--conf {setting} has no value: write --conf NAME=VALUE")
    shop = chosen_shop(root, _given_variables(words))
    raw_dir = os.environ.get("OLIST_RAW_DIR")
    target, folder = find_raw_folder(root, raw_dir=raw_dir, shop=shop)
    tables = database_path(root, target, SPARK_FOLDERS)
    forgotten = list_path(root, target, shop)
    if forgotten.exists():
        raise UserError(
            f"{forgotten} lists customers to forget, whom builds on Spark cannot leave "
            "out: build on DuckDB, without --target spark"
        )
    if target == "demo" and missing_files(folder):
        demo_data.write(folder)
    what = "SYNTHETIC demo data" if target == "demo" else f"the files in {folder}"
    print(
        f"Building on {what} with Spark, into {tables}. One session runs the SQL of "
        "the models; the process that drives it runs their Python.",
        flush=True,
    )
    if not words:
        check_raw_files(root, folder, shop)
    os.environ["OLIST_RAW_DIR"] = str(folder.resolve())
    session = open_session(
        tables, settings=dict(setting.split("=", 1) for setting in settings)
    )
    run_dbt(root, ["build", "--target", "spark", *words])
    print()
    print(describe_segments(session))
    return _exit_code(session.sql(DRIFTED).collect()) if fails_on_drift else 0


def check_variables(root: Path, words: list[str]) -> None:
    """Refuse variables that cannot be used, or that are not even YAML.

    dbt would refuse them as well, but after it has read the whole project, and may stop
    with a traceback where YAML is wrong.

    Parameters
    ----------
    root : Path
        Root of the project, whose dbt_project.yml has variables.
    words : list of str
        Arguments for dbt; ``--vars`` has others.

    Raises
    ------
    UserError
        If a variable cannot be read or used.
    """
    _read_yaml((root / "dbt_project.yml").read_text("utf-8"), "dbt_project.yml")
    given = _given_variables(words)
    problems = find_problems_of_variables(root, given, command="build")
    if problems:
        raise UserError("\n".join(problems))


def check_raw_files(root: Path, folder: Path, shop: str) -> None:
    """Refuse raw files that cannot be used, with the same message as dbt.

    Parameters
    ----------
    root : Path
        Root of the project.
    folder : Path
        Where the raw files are.
    shop : str
        The shop whose files they are.

    Raises
    ------
    UserError
        If something is wrong with them.
    """
    project = yaml.safe_load((root / "dbt_project.yml").read_text(encoding="utf-8"))
    problems = find_problems(
        folder,
        read_contract(shop_source(root, shop)),
        max_bad_share=float(project["vars"]["max_rejected_share"]),
    )
    if problems:
        unset = "unset OLIST_RAW_DIR and " if os.environ.get("OLIST_RAW_DIR") else ""
        raise UserError(
            "\n- ".join([f"the raw files in {folder} cannot be used:", *problems])
            + (
                f"\nCorrect them, or {unset}build on synthetic data with "
                f"`{called('build --target demo')}`."
                if shop == "olist"
                else "\nCorrect them, or the YAML of the shop."
            )
        )


def show_progress(lines: Iterable[str], out: TextIO) -> None:
    """Print which layer begins and which models run, and dbt's warnings and errors.

    On a terminal one line names the models, and is overwritten; elsewhere there is a
    line per layer, and one if the last is `SILENCE` old. Warnings, errors and messages
    of macros are printed as they come, and dbt's own summary of them at the end.

    Parameters
    ----------
    lines : iterable of str
        The output of dbt when it is run with `LOG_AS_JSON`. Lines that are not JSON
        are printed unchanged.
    out : TextIO
        Where to print.
    """
    began = spoke = time.monotonic()
    layers, account, running = set(), [], {}
    done = total = 0
    is_over = is_clean = False

    def so_far() -> str:
        return f"{time.monotonic() - began:4.0f} s {done:4} of {total} done"

    _say(f"{'':4}   dbt reads the project ...", out, stays=not out.isatty())
    for line in lines:
        try:
            event = json.loads(line)
            name, level = event["info"]["name"], event["info"]["level"]
            message, data = event["info"]["msg"], event["data"]
        except (ValueError, TypeError, KeyError):
            _say(line.rstrip("\n"), out)
            continue
        node = data.get("node_info", {})
        if name == "FinishedRunningStats":
            is_over = True
        elif is_over:
            account.append(message)
            if name == "StatsLine":
                is_clean = data["stats"]["error"] == data["stats"]["warn"] == 0
        elif level in ("warn", "error") or name == "JinjaLogInfo":
            _say(message, out)
        elif name == "LogStartLine" and node["resource_type"] == "model":
            total = data["total"]
            running[node["unique_id"]] = node["node_name"]
            layer = PureWindowsPath(node["node_path"]).parts[0]  # either slash
            if layer not in layers and not out.isatty():
                _say(f"{so_far()}: {layer}", out)
                spoke = time.monotonic()
            layers.add(layer)
        if name.startswith("Log") and name.endswith("Result") and node:
            done += 1
            running.pop(node["unique_id"], None)
        if running and (out.isatty() or time.monotonic() - spoke > SILENCE):
            what = ", ".join(running.values())
            _say(f"{so_far()}: {what}", out, stays=not out.isatty())
            spoke = time.monotonic()
    if account:
        _say(so_far() if is_clean else "\n".join(account), out)


def _exit_code(drifted: list) -> int:
    if not drifted:
        return 0
    measures = ", ".join(row[0] for row in drifted)
    print(f"olist-segments: a refit is due, because of {measures}", file=sys.stderr)
    return REFIT_DUE


def _given_variables(words: list[str]) -> dict:
    """Return the variables among the arguments for dbt."""
    parser = argparse.ArgumentParser(prog="dbt", add_help=False, allow_abbrev=False)
    parser.add_argument("--vars", default="{}")
    text = parser.parse_known_args(words)[0].vars
    given = _read_yaml(text, f"--vars '{text}'")
    if not isinstance(given, dict):
        raise UserError(
            f"--vars '{text}' cannot be read: write names and values, as in "
            "--vars 'k: 6'"
        )
    return given


def _read_yaml(text: str, name: str) -> object:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:  # the latter for 2018-02-29
        reason = getattr(error, "problem", None) or str(error)
    raise UserError(f"{name} cannot be read: {reason}")


def _run_with_progress(root: Path, words: list[str], **settings: str) -> None:
    colours = "--use-colors" if sys.stdout.isatty() else "--no-use-colors"
    process = dbt_process(root, [*LOG_AS_JSON, colours, *words], **settings)
    with started(process, stdout=subprocess.PIPE) as dbt:
        show_progress(dbt.stdout, sys.stdout)
    print(f"The full log is in {log_folder(root) / 'dbt.log'}")
    if dbt.returncode:
        raise DbtError("", dbt.returncode)


def _say(text: str, out: TextIO, *, stays: bool = True) -> None:
    if out.isatty():
        text = "\r\033[K" + (text if stays else text[:78])
    out.write(text + "\n" * stays)
    out.flush()
