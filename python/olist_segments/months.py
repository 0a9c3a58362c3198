"""Month ends and past days, for replays and the study."""

import calendar
import datetime
import re
from pathlib import Path

import duckdb

from olist_segments.project import UserError


def month_ends(first: str, last: str) -> list[datetime.date]:
    """List the last days of a range of months.

    Parameters
    ----------
    first, last : str
        Months as YYYY-MM, both included.

    Returns
    -------
    list of date

    Raises
    ------
    UserError
        If a month is not written like that, or the last is before the first.
    """
    numbers = []
    for month in (first, last):
        if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month):
            raise UserError(f"{month!r} is not a month: write months as YYYY-MM")
        year, number = month.split("-")
        numbers.append(int(year) * 12 + int(number) - 1)
    if numbers[0] > numbers[1]:
        raise UserError(f"{first} is later than {last}: the first month comes first")
    days = []
    for number in range(numbers[0], numbers[1] + 1):
        year, month = number // 12, number % 12 + 1
        days.append(datetime.date(year, month, calendar.monthrange(year, month)[1]))
    return days


def set_day(database: Path, day: datetime.date) -> None:
    """Set the as-of date of a built database, for the models after int_as_of.

    The variable as_of_date sets it too, but for every other value of a variable dbt
    reads the whole project again.

    Parameters
    ----------
    database : Path
    day : date
    """
    with duckdb.connect(str(database)) as connection:
        connection.execute("update intermediate.int_as_of set as_of_date = ?", [day])
