"""The project: where it is, its databases, how dbt is run, the errors people see."""

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import duckdb

DATABASES = {"dev": "olist_segments.duckdb", "demo": "olist_demo.duckdb"}
# Of every database: dbt_project.yml sets them, and exports of campaigns the last one.
SCHEMAS = ("main", "staging", "intermediate", "campaigns")
SPARK_FOLDERS = {"dev": "olist_segments.spark", "demo": "olist_demo.spark"}
# DuckDB reads a row group with one thread; in its own of 122,880 rows a shop's 100,000
# orders would keep one processor busy. The size can be set when attaching only.
ROW_GROUP_SIZE = 20_480
# Every id of the demo data ends like this, which marks the data as synthetic.
SYNTHETIC_ENDING = "fa15eda7a"

_HELD = re.compile(r'lock on file "(.*?)": .*held in (.*? \(PID (\d+)\))', re.DOTALL)
_PROGRAMS = {"dbt", "dbt.cli.main", "olist-segments", "olist_segments"}
_WRITERS = {"build", "run", "test", "snapshot", "retry", "replay"}


class UserError(Exception):
    """The input or the call cannot be used; the message says why and what to do."""


class DbtError(Exception):
    """dbt failed.

    Parameters
    ----------
    said : str
        The message for people; empty if dbt has printed it already.
    code : int
        The exit code of dbt: 1 if something failed while it ran, 2 if it refused the
        input or the call.

    Attributes
    ----------
    code : {1, 2}
        1 if dbt was killed.
    """

    def __init__(self, said: str, code: int) -> None:
        super().__init__(said)
        self.code = 2 if code == 2 else 1


def project_root() -> Path:
    """Find the project: the nearest folder upwards with a dbt_project.yml.

    Returns
    -------
    Path

    Raises
    ------
    UserError
        If there is none.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "dbt_project.yml").is_file():
            return folder
    raise UserError(f"{here} is not inside the project: change into its folder")


def database_path(root: Path, target: str, names: dict[str, str] = DATABASES) -> Path:
    """Return the database that a build writes.

    Parameters
    ----------
    root : Path
        Root of the project.
    target : {"dev", "demo"}
        Real or synthetic files.
    names : dict of str to str
        `DATABASES`, or `SPARK_FOLDERS` for a build on Spark.

    Returns
    -------
    Path
        The value of OLIST_DB, if it is set; named after OLIST_SHOP, if that is set.
    """
    named = os.environ.get("OLIST_DB")
    if named:
        return Path(named).resolve()
    shop = os.environ.get("OLIST_SHOP")
    if shop and shop != "olist":
        return root / f"{shop}{Path(names[target]).suffix}"
    return root / names[target]


def refuse_database(path: Path) -> None:
    """Refuse a database that DuckDB could not open, or whose name it could not read.

    Parameters
    ----------
    path : Path
        The file, which need not exist yet.

    Raises
    ------
    UserError
        If its folder does not exist, it is not a file of DuckDB, or it is called like
        one of the schemas in it.
    """
    if not path.parent.is_dir():
        raise UserError(f"the folder of the database, {path.parent}, does not exist")
    if path.stem in SCHEMAS:
        raise UserError(
            f"the database {path} has the name of a schema in it, so that DuckDB could "
            f"not tell them apart: give it a name other than {', '.join(SCHEMAS)}"
        )
    if path.is_dir():
        raise UserError(f"the database {path} is a folder: name a file in it")
    if path.is_file() and path.stat().st_size:
        with path.open("rb") as opened:
            is_database = opened.read(12)[8:] == b"DUCK"
        if not is_database:
            raise UserError(
                f"{path} is not a DuckDB database: let OLIST_DB name another file"
            )


def find_built(root: Path, target: str | None = None) -> tuple[str, Path]:
    """Find the database to read, and the target that it was built with.

    Parameters
    ----------
    root : Path
        Root of the project.
    target : {"dev", "demo"}, optional
        Whose database. By default the one that OLIST_DB names; else that of the real
        files, if they were built; else that of the synthetic ones.

    Returns
    -------
    target : {"dev", "demo"}
    database : Path

    Raises
    ------
    UserError
        If it does not exist.
    """
    is_named = bool(os.environ.get("OLIST_DB"))
    if target is None and not is_named:
        target = "dev" if _has_segments(database_path(root, "dev")) else "demo"
    database = database_path(root, target or "dev")
    if not database.is_file():
        raise UserError(f"{database} does not exist yet: {_how_to_build(root)}")
    refuse_database(database)
    if target is None:
        with duckdb.connect(str(database), read_only=True) as connection:
            target = "demo" if is_synthetic(connection) else "dev"
    return target, database


def built_database() -> Path:
    """Find the database to read, as every command does by default.

    Returns
    -------
    Path

    Raises
    ------
    UserError
        If it does not exist.
    """
    return find_built(project_root())[1]


def is_synthetic(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether all customers of a built database are synthetic.

    Parameters
    ----------
    connection : DuckDBPyConnection
        To a database with the table customers; False if there is none.

    Returns
    -------
    bool
    """
    try:
        ((real,),) = connection.execute(
            "select count(*) from customers "
            "where not ends_with(customer_unique_id, $1)",
            [SYNTHETIC_ENDING],
        ).fetchall()
    except duckdb.CatalogException:
        return False
    return real == 0


def called(words: str) -> str:
    """Return how a command of the package is called in this environment, without make.

    Parameters
    ----------
    words : str
        What follows `olist-segments`.

    Returns
    -------
    str
        To be run in the folder of the project, with or without the environment
        activated if it is `.venv`.
    """
    scripts = Path(sysconfig.get_path("scripts"))  # called Scripts on Windows
    program = Path(".venv", scripts.name, "olist-segments")
    if scripts.parent.name != ".venv":
        program = program.name
    return f"{program} {words}"


def shell_command(words: str, target: str) -> str:
    """Return a command of the package that works as printed, with its settings.

    Parameters
    ----------
    words : str
        What follows `olist-segments`.
    target : {"dev", "demo"}
        Whose database it reads.

    Returns
    -------
    str
        As `called` returns it. On Windows OLIST_SHOP and the like are left out, as each
        shell has its own way to set them.
    """
    command, *rest = words.split(" ", 1)
    values = {"OLIST_SHOP": os.environ.get("OLIST_SHOP")}
    for name in ["OLIST_RAW_DIR"] * (command == "replay") + ["OLIST_DB"]:
        path = os.environ.get(name)
        values[name] = path and str(Path(path).resolve())
    settings = "".join(
        f"{name}={shlex.quote(value)} "
        for name, value in values.items()
        if value and os.name != "nt"
    )
    return settings + called(" ".join([command, "--target", target, *rest]))


def explain(error: duckdb.Error) -> str:
    """Explain why a database cannot be opened.

    Parameters
    ----------
    error : duckdb.Error
        The error that opening it raised.

    Returns
    -------
    str
        One sentence: who has it open and what to do, or else DuckDB's own message.
    """
    held = _HELD.search(str(error))
    if held and _is_build(held[3]):
        return (
            f"a build is writing {held[1]} (PID {held[3]}): wait until it ends, and "
            "try again"
        )
    if held:
        return f"{held[1]} is open in {held[2]}: close it there, and try again"
    return str(error)


def log_folder(root: Path) -> Path:
    """Return the folder in which dbt writes its log.

    Parameters
    ----------
    root : Path
        Root of the project.

    Returns
    -------
    Path
        The value of DBT_LOG_PATH, if it is set.
    """
    return root / (os.environ.get("DBT_LOG_PATH") or "logs")


def dbt_process(root: Path, words: list[str], **settings: str) -> dict:
    """Return how to start dbt: from the root, with absolute paths in the environment.

    Parameters
    ----------
    root : Path
        Root of the project.
    words : list of str
        Arguments for dbt.
    **settings : str
        Variables of the environment, such as OLIST_DB.

    Returns
    -------
    dict
        Arguments of `subprocess.Popen`. What dbt prints can be read from a pipe in any
        locale.

    Raises
    ------
    UserError
        If DBT_PROFILES_DIR names a folder without the profile of the project, or dbt
        could not write its log.
    """
    _refuse_log(log_folder(root))
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", **settings}
    for name in ("OLIST_RAW_DIR", "OLIST_DB"):
        if environment.get(name):
            environment[name] = str(Path(environment[name]).resolve())
    if environment.get("DBT_PROFILES_DIR"):
        profiles = Path(environment["DBT_PROFILES_DIR"], "profiles.yml")
        text = profiles.read_text("utf-8") if profiles.is_file() else ""
        if "olist_segments:" not in text:
            raise UserError(
                f"DBT_PROFILES_DIR is set, but {profiles} has no profile "
                "olist_segments: unset DBT_PROFILES_DIR"
            )
    # dbt imports its main module before running it, and leaves semaphores when it is
    # stopped; Python warns about both.
    python = [sys.executable, "-W", "ignore::RuntimeWarning:runpy"]
    python += ["-W", "ignore::UserWarning:multiprocessing.resource_tracker"]
    command = [*python, "-m", "dbt.cli.main", *words]
    return {"args": command, "cwd": root, "env": environment, "encoding": "utf-8"}


@contextlib.contextmanager
def started(process: dict, **options) -> Iterator[subprocess.Popen]:
    """Start a process, wait for its end, and stop it if this one is stopped.

    Parameters
    ----------
    process : dict
        What `dbt_process` returns.
    **options
        Further arguments of `subprocess.Popen`.

    Yields
    ------
    subprocess.Popen

    Raises
    ------
    KeyboardInterrupt
        If this process is terminated or its terminal closed; with the signal's number.
    """

    def stop(number: int, _frame: object) -> None:
        raise KeyboardInterrupt(number)

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    signals = [getattr(signal, name) for name in names]  # Windows has no SIGHUP
    signals = [one for one in signals if signal.getsignal(one) is signal.SIG_DFL]
    try:
        for one in signals:
            signal.signal(one, stop)
        with subprocess.Popen(**process, **options) as child:
            try:
                yield child
                child.wait()
            except BaseException:
                child.terminate()
                raise
    finally:
        for one in signals:
            signal.signal(one, signal.SIG_DFL)


def run_dbt(
    root: Path, words: list[str], *, is_silent: bool = False, **settings: str
) -> None:
    """Run dbt to its end.

    Parameters
    ----------
    root, words, **settings
        As in `dbt_process`.
    is_silent : bool
        Print nothing, and put dbt's output into the error message.

    Raises
    ------
    DbtError
        If it fails.
    """
    pipe = subprocess.PIPE if is_silent else None
    if not is_silent:  # dbt prints to this console, which may lack characters
        settings["PYTHONIOENCODING"] = f"{sys.stdout.encoding or ''}:replace"
    process = dbt_process(root, words, **settings)
    with started(process, stdout=pipe, stderr=pipe) as dbt:
        stdout, stderr = dbt.communicate()
    if dbt.returncode:
        said = ""
        if is_silent:
            said = f"dbt {words[0]} failed:\n{stdout[-3000:]}{stderr[-1000:]}"
        raise DbtError(said, dbt.returncode)


def write_page(path: Path, text: str) -> None:
    """Write a page that appears only when it is complete.

    Parameters
    ----------
    path : Path
        Its folder is created if it is missing.
    text : str

    Raises
    ------
    UserError
        If it cannot be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8", newline="\n")
        os.replace(partial, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise UserError(f"cannot write {path}: {error.strerror}") from error


def _refuse_log(folder: Path) -> None:
    """Refuse a folder for the log in which dbt cannot write: it would say nothing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "dbt.log").open("a", encoding="utf-8").close()
    except OSError as error:
        raise UserError(
            f"dbt cannot write its log to {folder}: {error.strerror}. Correct that, or "
            "let DBT_LOG_PATH and DBT_TARGET_PATH name folders that it can write to"
        ) from error


def _how_to_build(root: Path) -> str:
    built = sorted(path.stem for path in root.glob("*.duckdb"))
    named = [
        f"OLIST_SHOP={name}"
        for name in built
        if f"{name}.duckdb" not in DATABASES.values()
    ]
    if named and not os.environ.get("OLIST_DB"):
        return (
            f"run `{called('build')}`, or name a shop that was built: "
            f"{', '.join(named)}"
        )
    return f"run `{called('build')}` first"


def _has_segments(database: Path) -> bool:
    """Return whether a build got as far as the segments."""
    if not database.is_file():
        return False
    with duckdb.connect(str(database), read_only=True) as connection:
        return bool(
            connection.sql(
                "select 1 from information_schema.tables "
                "where table_schema = 'main' and table_name = 'segments'"
            ).fetchall()
        )


def _is_build(process: str) -> bool:
    """Return whether a process is a build, if the system shows its command line."""
    try:
        line = Path("/proc", process, "cmdline").read_text("utf-8", errors="replace")
    except OSError:
        return False
    words = {Path(word).name for word in line.split("\0")}
    return bool(words & _PROGRAMS and words & _WRITERS)
