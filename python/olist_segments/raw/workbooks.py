"""Convert Excel workbooks to CSV."""

import csv
import datetime
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

from olist_segments.project import UserError

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


def write_csv(workbook: Path, path: Path) -> None:
    """Write the first table of a workbook as CSV, and sheets with the same header.

    Empty rows are left out, and rows with one value above the header, such as a title.
    Times are written as ``2018-01-31 10:00:00``, days as ``2018-01-31``, and whole
    numbers without a decimal point, as Excel shows them.

    Parameters
    ----------
    workbook : Path
    path : Path
        The CSV, in UTF-8 with commas. It appears only when it is complete.

    Raises
    ------
    UserError
        If the extra ``excel`` is not installed, or the workbook cannot be read or has
        nothing but empty sheets.
    """
    try:
        from python_calamine import (
            CalamineError,
            CalamineWorkbook,
            PasswordError,
            XmlError,
            ZipError,
        )
    except ImportError as error:
        raise UserError(
            f"{workbook.name} is an Excel workbook: run `.venv/bin/pip install "
            "python-calamine` to read it, or save it as 'CSV UTF-8'"
        ) from error
    partial = path.with_name(f".{path.name}.partial")
    try:
        opened = CalamineWorkbook.from_path(workbook)
        sheets = [opened.get_sheet_by_name(one) for one in opened.sheet_names]
        header = next(filter(None, (next(_rows(one), None) for one in sheets)), None)
        sheets = [one for one in sheets if next(_rows(one), None) == header]
        if header is None:
            raise UserError(f"{workbook} has no row with the names of columns")
        times = set().union(*map(_times, sheets))
        with partial.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(header)
            for sheet in sheets:
                writer.writerows(itertools.islice(_rows(sheet, times), 1, None))
        partial.replace(path)
    except PasswordError as error:
        raise UserError(f"{workbook} has a password: save it without one") from error
    except (CalamineError, ZipError, XmlError) as error:
        raise UserError(
            f"{workbook} is not a complete workbook ({error}): open it in Excel, and "
            "save it as .xlsx"
        ) from error
    except OSError as error:
        raise UserError(
            f"cannot convert {workbook} to {path}: {error.strerror or error}"
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def sheets_left_out(workbook: Path) -> list[str]:
    """Name the sheets of a workbook that `write_csv` leaves out: with another header.

    Parameters
    ----------
    workbook : Path
        One that `write_csv` can read.

    Returns
    -------
    list of str
        Without sheets that have no table.
    """
    from python_calamine import CalamineWorkbook

    opened = CalamineWorkbook.from_path(workbook)
    if len(opened.sheet_names) == 1:
        return []
    headers = {
        one: next(_rows(opened.get_sheet_by_name(one)), None)
        for one in opened.sheet_names
    }
    first = next(filter(None, headers.values()), None)
    return [one for one, header in headers.items() if header not in (None, first)]


def _rows(sheet, times: Iterable[int] = ()) -> Iterator[list[str]]:
    """Yield the rows of a sheet from its header on that have a value, as texts."""
    is_below = False
    for row in sheet.iter_rows():
        texts = [_text(one, place in times) for place, one in enumerate(row)]
        is_below = is_below or sum(map(bool, texts)) > 1
        if is_below and any(texts):
            yield texts


def _times(sheet) -> set[int]:
    """Return the numbers of the columns with a time that is not midnight."""
    return {
        place
        for row in sheet.iter_rows()
        for place, value in enumerate(row)
        if isinstance(value, datetime.datetime)
    }


def _text(value: object, has_times: bool) -> str:
    """Write a value of a cell; a day in a column of times is its midnight."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, datetime.date) and has_times:
        return f"{value} 00:00:00"
    return str(value)
