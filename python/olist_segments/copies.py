"""Change a copy of a database, which replaces it when everything has succeeded."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import duckdb

from olist_segments.project import UserError, called


@contextlib.contextmanager
def copy_to_replace(database: Path) -> Iterator[Path]:
    """Copy a database, and replace it with the copy if all that is done to it succeeds.

    Until then nobody else can write to the database, but it can be read. The copy has
    the same file name, because its views have that name in them.

    Parameters
    ----------
    database : Path

    Yields
    ------
    Path
        The copy.

    Raises
    ------
    UserError
        If there is no database, or it cannot be copied.
    """
    if not database.is_file():
        raise UserError(f"{database} does not exist yet: run `{called('build')}` first")
    file = database.resolve()
    folder = file.with_name(f"{file.name}.replay")
    copy = folder / database.name
    _write_all(file)
    with duckdb.connect(str(file), read_only=True) as held:
        shutil.rmtree(folder, ignore_errors=True)  # of a command that was killed
        try:
            folder.mkdir()
            # By another process: closing the file would give up DuckDB's lock on it.
            with ProcessPoolExecutor(1, get_context("spawn")) as other:
                other.submit(shutil.copy, file, copy).result()
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise UserError(
                f"cannot copy {file} to {folder}: {error.strerror}"
            ) from error
        try:
            yield copy
            _write_all(copy)
            if os.name == "nt":  # Windows replaces no file that is open
                held.close()
            os.replace(copy, file)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _write_all(database: Path) -> None:
    """Write into the file of a database what a killed process left beside it."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("checkpoint")
