"""Plugin of dbt-duckdb: opens the database, and adds the functions for raw files."""

import atexit
import os
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.flags import get_flags
from dbt_common.exceptions import DbtRuntimeError

from olist_segments.project import (
    ROW_GROUP_SIZE,
    UserError,
    explain,
    refuse_database,
)
from olist_segments.raw.functions import (
    raw_file_date_columns,
    raw_file_header,
    raw_file_headers,
    raw_file_line_count,
    raw_file_lines,
    raw_file_problems,
    raw_file_records,
    raw_table_files,
)


class Plugin(BasePlugin):
    """Attach the database, and register functions.

    profiles.yml names this module.
    """

    path = ""

    def update_connection_config(self, creds, config: dict) -> None:
        """Find the database, and try to open it.

        Parameters
        ----------
        creds : DuckDBCredentials
            Its path starts at the project's folder, unless it comes from OLIST_DB. It
            becomes `:memory:`, to which the database is attached.
        config : dict
            What the database will be opened with; a setting that is an empty text is
            taken out, so that DuckDB's own holds. Files of what does not fit in memory
            go beside the database if no folder is set.

        Raises
        ------
        DbtRuntimeError
            If a setting or the database cannot be used, or another process has the
            database open.
        """
        for name in [name for name, value in config.items() if value == ""]:
            del config[name]
        if creds.path == ":memory:":
            return
        if creds.path != os.environ.get("OLIST_DB"):
            creds.path = os.path.join(get_flags().PROJECT_DIR, creds.path)
        try:
            refuse_database(Path(creds.path))
        except UserError as error:
            raise DbtRuntimeError(str(error)) from error
        try:
            duckdb.connect(creds.path, config=config).close()
        except duckdb.Error as error:
            raise DbtRuntimeError(explain(error)) from error
        config.setdefault("temp_directory", f"{creds.path}.tmp")
        self.path, creds.path = creds.path, ":memory:"

    def configure_connection(self, conn) -> None:
        """Attach the database, and add the functions, to a DuckDB connection.

        Parameters
        ----------
        conn : DuckDBPyConnection

        Raises
        ------
        DbtRuntimeError
            If the database has a name that DuckDB keeps for itself, or another process
            has just opened it.
        """
        atexit.register(conn.close)
        if self.path:
            path = self.path.replace("'", "''")
            options = f"row_group_size {ROW_GROUP_SIZE}"
            try:
                conn.execute(f"attach '{path}' as {self.database} ({options})")
            except duckdb.Error as error:
                raise DbtRuntimeError(explain(error)) from error
        lines = (
            "STRUCT(place BIGINT, line_number BIGINT, line_count BIGINT, "
            "raw_line VARCHAR)[]"
        )
        records = (
            "STRUCT(record BIGINT, line_number BIGINT, line_count BIGINT, "
            "raw_line VARCHAR, fault VARCHAR, field INTEGER)[]"
        )
        for function, arguments, returned in [
            (raw_file_problems, ["VARCHAR", "VARCHAR", "DOUBLE"], "VARCHAR[]"),
            (raw_file_header, ["VARCHAR", "VARCHAR"], "VARCHAR[]"),
            (raw_file_date_columns, ["VARCHAR"], "VARCHAR[]"),
            (raw_file_headers, ["VARCHAR", "VARCHAR"], lines),
            (raw_file_line_count, ["VARCHAR", "VARCHAR"], "BIGINT"),
            (raw_file_lines, ["VARCHAR", "VARCHAR", "BIGINT[]", "BIGINT[]"], lines),
            (
                raw_file_records,
                ["VARCHAR", "VARCHAR", "BIGINT[]", "BIGINT", "BIGINT[]"],
                records,
            ),
            (
                raw_table_files,
                ["VARCHAR", "VARCHAR", "VARCHAR"],
                "STRUCT(name VARCHAR, path VARCHAR)[]",
            ),
        ]:
            conn.create_function(
                function.__name__, function, arguments, returned, side_effects=True
            )

    def configure_cursor(self, cursor) -> None:
        """Let names without a database mean the attached one, and times be in UTC.

        Parameters
        ----------
        cursor : DuckDBPyConnection
        """
        cursor.execute("set TimeZone = 'UTC'")
        if self.path:
            cursor.execute(f"use {self.database}")

    @property
    def database(self) -> str:
        """The name of the database, quoted."""
        return '"' + self.creds.database.replace('"', '""') + '"'
