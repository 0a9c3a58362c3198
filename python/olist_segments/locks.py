"""Say which process holds a database."""

import re
from pathlib import Path

import duckdb

_HELD = re.compile(r'lock on file "(.*?)": .*held in (.*? \(PID (\d+)\))', re.DOTALL)
_PROGRAMS = {"dbt", "dbt.cli.main", "olist-segments", "olist_segments"}
_WRITERS = {"build", "run", "test", "snapshot", "retry", "replay"}


def explain(error: duckdb.Error) -> str:
    """Say why a database cannot be opened.

    Parameters
    ----------
    error : duckdb.Error
        What opening it has raised.

    Returns
    -------
    str
        One sentence: who holds it and what to do, or else what DuckDB says.
    """
    held = _HELD.search(str(error))
    if held and _is_build(held[3]):
        return (
            f"on {held[1]} a build is running (PID {held[3]}): wait for it to end, and "
            "try again"
        )
    if held:
        return f"{held[1]} is open in {held[2]}: close it there, and try again"
    return str(error)


def _is_build(process: str) -> bool:
    """Say whether a process is a build, as far as the system tells its command line."""
    try:
        line = Path("/proc", process, "cmdline").read_text("utf-8", errors="replace")
    except OSError:
        return False
    words = {Path(word).name for word in line.split("\0")}
    return bool(words & _PROGRAMS and words & _WRITERS)
