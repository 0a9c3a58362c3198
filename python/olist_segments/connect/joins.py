"""Join a shop's tables: which has the lines, and which add a column to them."""

from collections.abc import Sequence
from typing import NamedTuple

import duckdb

from olist_segments.connect.mapping import Column, missing, propose, tokens_of
from olist_segments.connect.tables import Table, quoted

# Share of the values of a column that a key must have.
_ENOUGH = 0.9


class Join(NamedTuple):
    """A table that adds columns to lines: at most one row per line.

    Attributes
    ----------
    table : int
        Number of the table that is added.
    key : str
        Its column; no value is there twice.
    by : Column
        The column with the same values, of a table that is there before.
    """

    table: int
    key: str
    by: Column


def choose_lines(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[Table],
    given: dict[str, str],
) -> tuple[int, list[Join], dict[str, Column]]:
    """Choose the table that has the order lines, and the tables that complete it.

    Parameters
    ----------
    connection : DuckDBPyConnection
        With the tables.
    tables : sequence of Table
    given : dict of str to str
        Names of columns that a user has said, by input column.

    Returns
    -------
    base : int
        Number of the table with the lines.
    joins : list of Join
        What is needed of the others, in order.
    found : dict of str to Column
        The mapping, as `propose` returns it. It may lack something.
    """
    best = None
    for base, table in enumerate(tables):
        joins = _reachable(connection, tables, base)
        keys = {(one.table, one.key) for one in joins}
        pool = [
            column
            for number in [base, *(one.table for one in joins)]
            for column in tables[number].columns
            if (number, column.name) not in keys
        ]
        said = {
            name: column
            for name, wanted in given.items()
            for column in reversed(pool)
            if column.name == wanted
        }
        found = propose(pool, said)
        # Between tables that have all, the one with more lines has their finest grain.
        score = (
            -len(missing(found)),
            len(set(given) & set(found)),
            table.line_count if not missing(found) else 0,
            len(found),
        )
        if best is None or score > best[0]:
            best = score, base, joins, found
    _, base, joins, found = best
    return base, _needed(base, joins, found), found


def _reachable(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], base: int
) -> list[Join]:
    """List the tables that can be joined to lines without repeating one."""
    joins: list[Join] = []
    there = [base]
    is_new = True
    while is_new:
        is_new = False
        for number in range(len(tables)):
            if number in there:
                continue
            join = _join(connection, tables, there, number)
            if join:
                joins.append(join)
                there.append(number)
                is_new = True
    return joins


def _join(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[Table],
    there: Sequence[int],
    number: int,
) -> Join | None:
    """Find a key of a table, and a column of the others that has its values."""
    added = tables[number]
    for key in added.columns:
        for before in there:
            for column in tables[before].columns:
                if _is_key_of(column.name, key.name, added.name) and _has_values(
                    connection, tables[before], column.name, added, key.name
                ):
                    return Join(number, key.name, column)
    return None


def _is_key_of(name: str, key: str, table: str) -> bool:
    """Whether names say that a column refers to the key of a table."""
    words, key_words = tokens_of(name), tokens_of(key)
    if key_words in (["id"], ["key"], ["code"], ["nr"], ["no"]):
        noun = table.split("_")[-1]
        return words in ([noun, *key_words], [noun.removesuffix("s"), *key_words])
    shorter, longer = sorted((words, key_words), key=len)
    return words == key_words or (
        2 <= len(shorter) < len(longer) and longer[-len(shorter) :] == shorter
    )


def _has_values(
    connection: duckdb.DuckDBPyConnection,
    before: Table,
    name: str,
    added: Table,
    key: str,
) -> bool:
    """Whether a key is unique and has nearly all values of a column."""
    ((rows, keys),) = connection.sql(
        f"select count(*), count(distinct {quoted(key)}) from {added.relation}"
    ).fetchall()
    if rows != keys:
        return False
    ((values, with_key),) = connection.sql(
        f"""
        select count(*), count(added.key)
        from (
            select distinct {quoted(name)} as key from {before.relation}
            where {quoted(name)} <> ''
        ) as lines
        left join (select {quoted(key)} as key from {added.relation}) as added
            on lines.key = added.key
        """
    ).fetchall()
    return bool(values) and with_key >= _ENOUGH * values


def _needed(base: int, joins: list[Join], found: dict[str, Column]) -> list[Join]:
    """Leave out the joins that add no column that is used."""
    needed = {column.table for column in found.values()} - {base}
    for join in reversed(joins):
        if join.table in needed:
            needed.add(join.by.table)
    return [join for join in joins if join.table in needed]
