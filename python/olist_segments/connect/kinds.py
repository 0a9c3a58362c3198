"""Find out with DuckDB what the columns of a table look like."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import duckdb

from olist_segments.connect.mapping import Column, currency_signs, inputs, is_called
from olist_segments.connect.values import (
    BLANKS,
    ENOUGH,
    OFFSET,
    PLAIN_NUMBERS,
    USUAL_FORMAT,
    USUAL_TIME,
    Numbers,
    Values,
    counted_from,
    formats_like,
    is_like_time,
    is_point_zero,
    numbers_of,
    odd_number,
    order_is_unsure,
)
from olist_segments.sql import identifier, literal

# Different values of a column that are looked at, and of those that may be times.
_VALUES = 20_000
_TIMES = 2000


def columns_of(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    names: Sequence[str],
    number: int,
    null_words: Sequence[str],
) -> tuple[list[Column], str]:
    """Find out what the values of each column look like, and the decimal sign.

    Parameters
    ----------
    connection : DuckDBPyConnection
    table : str
        Its name; all its columns are texts.
    names : sequence of str
        Its columns.
    number : int
        Of the table, for `Column.table`.
    null_words : sequence of str
        Words in small letters that stand for a missing value.

    Returns
    -------
    columns : list of Column
        In the order of the names.
    decimal : {".", ","}
        A comma if all numbers with decimals have one.
    """
    currencies = currency_signs()
    values = {name: _values(connection, table, name, null_words) for name in names}
    written = {name: numbers_of(values[name], currencies) for name in names}
    signs = "".join(
        sign
        for one in written.values()
        if one
        for sign, is_used in ((".", one.has_point), (",", one.has_comma))
        if is_used
    )
    if len(set(signs)) == 1:
        for name, one in written.items():
            if one and one.unsure:
                written[name] = numbers_of(values[name], currencies, signs[0])
    columns = [
        _column(connection, table, name, values[name], written[name], number)
        for name in names
    ]
    examples = ", ".join(
        f"arg_min(nullif(trim({identifier(name)}), ''), rowid)" for name in names
    )
    (firsts,) = connection.sql(f'select {examples} from "{table}"').fetchall()
    has_comma = any(one and one.decimal == "," for one in written.values())
    return [
        replace(one, example=first or "")
        for one, first in zip(columns, firsts, strict=True)
    ], "," if has_comma and "." not in signs else "."


def _values(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    name: str,
    null_words: Sequence[str],
) -> Values:
    """Return values of a column without blanks around them, and their frequencies."""
    empty = ", ".join(map(literal, ["", *null_words]))
    return connection.sql(
        f"""
        select value, count(*) as times
        from (
            select trim({identifier(name)}, '{BLANKS}\t') as value from "{table}"
        ) as values_of_column
        where lower(value) not in ({empty})
        group by value
        order by hash(value)
        limit {_VALUES}
        """
    ).fetchall()


def _column(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    name: str,
    values: Values,
    numbers: Numbers | None,
    number: int,
) -> Column:
    """Describe a column by its values."""
    if not values:
        return Column(name, frozenset(), table=number)
    times = _times(connection, values[:_TIMES])
    if times and times.date_format == "%Y%m%d":
        kinds = {"time", "whole", "number"}
    elif times and times.date_format:
        kinds = {"time"}
    elif not numbers:
        kinds = {"text"}
    elif numbers.is_whole:
        kinds = {"whole", "number"}
    elif numbers.marks and not numbers.has_point and not numbers.signs:
        kinds = {"number", "text"}
    else:
        kinds = {"number"}
    counts = ""
    if numbers and any(
        is_called(name, one.name) for one in inputs().values() if one.kind == "time"
    ):
        counts = counted_from(values)
        kinds |= {"time"} if counts else set()
    odd = ""
    if kinds == {"text"}:
        odd = times.odd if times else odd_number(values, currency_signs())
    return Column(
        name,
        frozenset(kinds),
        table=number,
        has_point_zero="whole" in kinds and is_point_zero(values),
        date_format=times.date_format if times else "",
        is_order_unsure=bool(times) and times.is_order_unsure,
        has_offset=bool(times) and times.has_offset,
        counts=counts,
        numbers=numbers or PLAIN_NUMBERS,
        is_email=all(re.fullmatch(r"[^@\s]+@[^@\s]+", value) for value, _ in values),
        odd=odd,
    )


class _Times(NamedTuple):
    """How the times of a column are written; see `Column`."""

    date_format: str
    is_order_unsure: bool = False
    has_offset: bool = False
    odd: str = ""


def _times(connection: duckdb.DuckDBPyConnection, values: Values) -> _Times | None:
    """Find the usual way of writing times in which nearly all values can be read."""
    count = sum(times for _, times in values)
    like_times = sum(times for value, times in values if is_like_time(value))
    if like_times < ENOUGH * count:
        return None
    listed = ", ".join(f"({literal(value)}, {times})" for value, times in values)
    conditions = {
        USUAL_FORMAT: f"regexp_full_match(value, '{USUAL_TIME}') "
        "and try_cast(value as timestamp) is not null"
    } | {
        # %Y reads 17 as the year 17.
        one: f"cast(try_strptime(value, '{one}') as timestamp) "
        "between timestamp '1900-01-01' and timestamp '2199-12-31'"
        for one in formats_like(values)
    }
    summed = ", ".join(
        f"coalesce(sum(times) filter (where {one}), 0)" for one in conditions.values()
    )
    relation = f"(values {listed}) as listed(value, times)"
    (found,) = connection.sql(f"select {summed} from {relation}").fetchall()
    readable = dict(zip(conditions, found, strict=True))
    best = max(readable, key=readable.__getitem__)
    if readable[best] < ENOUGH * count:
        others = connection.sql(
            f"select value from {relation} "
            f"where not coalesce({conditions[best]}, false)"
        ).fetchall()
        return _Times("", odd=others[0][0])
    return _Times(
        best,
        order_is_unsure(best, readable),
        best == USUAL_FORMAT and any(re.search(OFFSET, value) for value, _ in values),
    )
