"""Plugin of dbt-duckdb: what SQL asks of the raw files."""

import atexit

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from olist_segments.locks import explain
from olist_segments.raw_functions import (
    raw_file_header,
    raw_file_line_count,
    raw_file_lines,
    raw_file_problems,
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
