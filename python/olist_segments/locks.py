"""Say which process holds a database."""

import re

import duckdb

_HELD = re.compile(r'lock on file "(.*?)": .*held in (.*? \(PID \d+\))', re.DOTALL)


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
    if held:
        return f"{held[1]} is open in {held[2]}: close it there, and try again"
    return str(error)
