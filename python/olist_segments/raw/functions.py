"""Functions that SQL calls on the raw files.

DuckDB's plugin registers those for DuckDB, and Spark's session those for Spark.
"""

import json
from pathlib import Path

from olist_segments.raw.check import (
    RawFile,
    count_lines,
    date_columns,
    find_headers,
    find_lines,
    find_problems,
    find_records,
    read_header,
)
from olist_segments.raw.tables import table_files


def raw_file_problems(folder: str, contract: str, max_bad_share: float) -> list[str]:
    """List the problems of the raw files; see `raw.check.find_problems`.

    Parameters
    ----------
    folder : str
        The folder of the files.
    contract : str
        JSON: a list of objects with the attributes of `raw.check.RawFile`.
    max_bad_share : float
        Share of the lines of a file that may have bytes that are not UTF-8.

    Returns
    -------
    list of str
        One sentence per problem.
    """
    files = [RawFile(**one) for one in json.loads(contract)]
    return find_problems(Path(folder), files, max_bad_share=max_bad_share)


def raw_table_files(folder: str, pattern: str, encoding: str) -> list[dict]:
    """Find the files of a table; see `raw.tables.table_files`.

    Parameters
    ----------
    folder, pattern, encoding : str

    Returns
    -------
    list of dict
        With the attributes of `raw.tables.TableFile`.
    """
    return [one._asdict() for one in table_files(Path(folder), pattern, encoding)]


def raw_file_header(path: str, delimiter: str) -> list[str]:
    """Return the column names of a CSV, or none if the file does not exist.

    Parameters
    ----------
    path, delimiter : str

    Returns
    -------
    list of str
    """
    return read_header(Path(path), delimiter) if Path(path).is_file() else []


def raw_file_date_columns(path: str) -> list[str]:
    """Name columns of days, see `raw.check.date_columns`; none without the file.

    Parameters
    ----------
    path : str

    Returns
    -------
    list of str
    """
    return date_columns(Path(path)) if Path(path).is_file() else []


def raw_file_headers(path: str, delimiter: str) -> list[dict]:
    """Find lines that repeat the header; see `raw.check.find_headers`.

    Parameters
    ----------
    path, delimiter : str

    Returns
    -------
    list of dict
        With the attributes of `raw.check.RejectedLine`.
    """
    return [line._asdict() for line in find_headers(Path(path), delimiter)]


def raw_file_line_count(path: str, delimiter: str) -> int:
    """Count the lines of a CSV that are not empty; see `raw.check.count_lines`.

    Parameters
    ----------
    path, delimiter : str

    Returns
    -------
    int
        Without the header.
    """
    return count_lines(Path(path), delimiter)


def raw_file_lines(
    path: str, delimiter: str, positions: list[int], places: list[int]
) -> list[dict]:
    """Find the lines that a reader rejected; see `raw.check.find_lines`.

    Parameters
    ----------
    path, delimiter : str
    positions, places : list of int
        Where each line begins, and a byte in it; the first byte of the file is 1.

    Returns
    -------
    list of dict
        With the attributes of `raw.check.RejectedLine`.
    """
    found = find_lines(Path(path), positions, places, delimiter)
    return [line._asdict() for line in found]


def raw_file_records(
    path: str, delimiter: str, records: list[int], field_count: int, without: list[int]
) -> list[dict]:
    """Find records that a reader could not read; see `raw.check.find_records`.

    Parameters
    ----------
    path, delimiter : str
    records : list of int
        Numbers of the records; the first below the header is 0.
    field_count : int
        Number of fields that a record should have.
    without : list of int
        Numbers of lines whose records have no number.

    Returns
    -------
    list of dict
        With the attributes of `raw.check.FoundRecord`.
    """
    found = find_records(Path(path), records, field_count, delimiter, without)
    return [one._asdict() for one in found]
