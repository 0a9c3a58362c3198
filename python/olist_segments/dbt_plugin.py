"""Plugin of dbt-duckdb: what SQL asks of the raw files."""

import atexit
import json
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from olist_segments.locks import explain
from olist_segments.raw_check import (
    RawFile,
    count_lines,
    find_lines,
    find_problems,
    read_header,
)


class Plugin(BasePlugin):
    """Register functions that macros call; profiles.yml names this module."""

    def update_connection_config(self, creds, config: dict) -> None:
        """Leave out empty settings, and refuse a database that cannot be opened.

        Parameters
        ----------
        creds : DuckDBCredentials
        config : dict
            What the database will be opened with; a setting that is an empty text is
            taken out, so that DuckDB's own holds.

        Raises
        ------
        DbtRuntimeError
            If another process has the database open, or it cannot be written, or a
            setting cannot be.
        """
        for name in [name for name, value in config.items() if value == ""]:
            del config[name]
        if creds.path == ":memory:":
            return
        try:
            duckdb.connect(creds.path, config=config).close()
        except duckdb.Error as error:
            raise DbtRuntimeError(explain(error)) from error

    def configure_connection(self, conn) -> None:
        """Add the functions to a DuckDB connection.

        Parameters
        ----------
        conn : DuckDBPyConnection
        """
        atexit.register(conn.close)
        for function, arguments, returned in [
            (raw_file_problems, ["VARCHAR", "VARCHAR", "DOUBLE"], "VARCHAR[]"),
            (raw_file_header, ["VARCHAR"], "VARCHAR[]"),
            (raw_file_line_count, ["VARCHAR"], "BIGINT"),
            (
                raw_file_lines,
                ["VARCHAR", "BIGINT[]", "BIGINT[]"],
                "STRUCT(place BIGINT, line_number BIGINT, line_count BIGINT, "
                "raw_line VARCHAR)[]",
            ),
        ]:
            conn.create_function(
                function.__name__, function, arguments, returned, side_effects=True
            )


def raw_file_problems(folder: str, contract: str, max_bad_share: float) -> list[str]:
    """List what makes the raw files unfit; see `raw_check.find_problems`.

    Parameters
    ----------
    folder : str
        Where the files lie.
    contract : str
        JSON: a list of objects with the attributes of `raw_check.RawFile`.
    max_bad_share : float
        Share of the lines of a file that may hold bytes that are not UTF-8.

    Returns
    -------
    list of str
        One sentence per problem.
    """
    files = [RawFile(**one) for one in json.loads(contract)]
    return find_problems(Path(folder), files, max_bad_share=max_bad_share)


def raw_file_header(path: str) -> list[str]:
    """Return the column names of a CSV, none if there is no such file.

    Parameters
    ----------
    path : str

    Returns
    -------
    list of str
    """
    return read_header(Path(path)) if Path(path).is_file() else []


def raw_file_line_count(path: str) -> int:
    """Count the lines of a CSV that hold anything; see `raw_check.count_lines`.

    Parameters
    ----------
    path : str

    Returns
    -------
    int
        Without the header.
    """
    return count_lines(Path(path))


def raw_file_lines(path: str, positions: list[int], places: list[int]) -> list[dict]:
    """Find the lines that a reader has rejected; see `raw_check.find_lines`.

    Parameters
    ----------
    path : str
    positions, places : list of int
        Where each line begins, and a byte in it; the first byte of the file is 1.

    Returns
    -------
    list of dict
        With the attributes of `raw_check.RejectedLine`.
    """
    return [line._asdict() for line in find_lines(Path(path), positions, places)]
