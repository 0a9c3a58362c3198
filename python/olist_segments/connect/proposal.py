"""Propose how a shop's files become order lines, from what is in them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

from olist_segments.connect.joins import Join, choose_lines
from olist_segments.connect.mapping import (
    Column,
    currency_in,
    inputs,
    is_called,
    missing,
    tokens_of,
    words,
)
from olist_segments.connect.tables import USUAL_FORMATS, Table, quoted
from olist_segments.project import UserError

# More different statuses than this are no statuses.
_STATUSES = 40


@dataclass(frozen=True)
class Proposal:
    """How a shop's files become order lines.

    Attributes
    ----------
    name : str
        Of the shop.
    tables : list of Table
        All that were read.
    base : int
        Number of the table with the lines.
    joins : list of Join
        The tables that complete them.
    found : dict of str to Column
        By input column.
    currencies : list of str
        Codes in a column for it, or the one that a user or a header says.
    returned, guests, unreadable : int
        Lines below 0, without a customer, and with a time or amount that is none.
    statuses : dict of str to list of str
        The statuses of orders: counted, canceled, and other.
    is_repeated : bool
        Whether the amount seems to be that of the order, repeated on its lines.
    """

    name: str
    tables: list[Table]
    base: int
    joins: list[Join]
    found: dict[str, Column]
    currencies: list[str] = field(default_factory=list)
    returned: int = 0
    guests: int = 0
    unreadable: int = 0
    statuses: dict[str, list[str]] = field(default_factory=dict)
    is_repeated: bool = False

    @property
    def lines(self) -> Table:
        """The table with the lines."""
        return self.tables[self.base]

    def value(self, name: str) -> str:
        """Return an input column in SQL.

        Parameters
        ----------
        name : str
            Of an input column that was found.

        Returns
        -------
        str
            Without the name of the table, unless there are joins.
        """
        column = self.found[name]
        value = quoted(column.name)
        if self.joins:
            value = f"{self.tables[column.table].name}.{value}"
        if column.is_money:
            return f"translate({value}, '$€£¥ ,', '')"
        if column.has_point_zero and inputs()[name].kind in ("id", "text"):
            return f"replace({value}, '.0', '')"
        return value

    def parsed(self, name: str) -> str:
        """Return an input column in SQL, as a number or a time.

        Parameters
        ----------
        name : str
            Of an input column that was found.

        Returns
        -------
        str
            Where usual signs are missing, the SQL has the way in which it is written.
        """
        column, value = self.found[name], self.value(name)
        kind = inputs()[name].kind
        if kind == "time" and column.date_format not in ("", *USUAL_FORMATS):
            return f"try_strptime({value}, '{column.date_format}')"
        is_number = kind in ("number", "whole") and not column.is_money
        if is_number and self.tables[column.table].decimal == ",":
            return f"replace(replace({value}, '.', ''), ',', '.')"
        return value

    def from_clause(self, relations: Sequence[str]) -> str:
        """Return the tables and their joins in SQL.

        Parameters
        ----------
        relations : sequence of str
            How each table is read.

        Returns
        -------
        str
            From ``from`` on.
        """
        if not self.joins:
            return f"from {relations[self.base]}"
        lines = [f"from {relations[self.base]} as {self.lines.name}"]
        for one in self.joins:
            name, by = self.tables[one.table].name, self.tables[one.by.table].name
            lines += [
                f"left join {relations[one.table]} as {name}",
                f"    on {by}.{quoted(one.by.name)} = {name}.{quoted(one.key)}",
            ]
        return "\n".join(lines)


def propose_shop(
    connection: duckdb.DuckDBPyConnection,
    tables: list[Table],
    name: str,
    *,
    given: dict[str, str],
    currency: str = "",
) -> Proposal:
    """Propose how tables become order lines.

    Parameters
    ----------
    connection : DuckDBPyConnection
        With the tables, as `read_tables` has made them.
    tables : list of Table
    name : str
        Of the shop.
    given : dict of str to str
        Names of columns that a user has said, by input column.
    currency : str
        A code, if the user has said one.

    Returns
    -------
    Proposal

    Raises
    ------
    UserError
        If the customer, the time or the amount cannot be found, or what the user says
        is not there.
    """
    _refuse_unknown(tables, given)
    base, joins, found = choose_lines(connection, tables, given)
    lacks = missing(found)
    if lacks:
        _refuse_missing(tables[base], joins, found, lacks)
    first = Proposal(name, tables, base, joins, found)
    found = _settle_amount(connection, first, set(given))
    final = Proposal(name, tables, base, joins, found)
    return _with_facts(connection, final, currency)


def _refuse_unknown(tables: list[Table], given: dict[str, str]) -> None:
    for name, column in given.items():
        if name not in inputs():
            raise UserError(
                f"{name} is no input column: the names are {', '.join(inputs())}"
            )
        names = [one.name for table in tables for one in table.columns]
        if column not in names:
            raise UserError(
                f"there is no column {column}: there are {', '.join(names)}"
            )


def _refuse_missing(
    lines: Table, joins: list[Join], found: dict[str, Column], lacks: list[str]
) -> None:
    for column in lines.columns:
        if "the time of purchase" in lacks and is_called(column.name, "purchased_at"):
            raise UserError(
                f"{column.name} in {lines.pattern} is called like the time of "
                f"purchase, but its values, such as {column.example!r}, are no times "
                "that are known"
            )
    names = ", ".join(one.name for one in lines.columns)
    first = {
        "the customer": "customer_id",
        "the time of purchase": "purchased_at",
    }.get(lacks[0], "amount")
    others = " and the other files" if joins else ""
    raise UserError(
        f"cannot find {' and '.join(lacks)} in {lines.pattern}{others}, whose columns "
        f"are {names}. Name the column, as in --column {first}=COLUMN, or add the file "
        "that has it; several files are joined by columns of the same name"
    )


def _settle_amount(
    connection: duckdb.DuckDBPyConnection, shop: Proposal, given: set[str]
) -> dict[str, Column]:
    """Keep the amount of the line, or quantity and unit price, but not both.

    An amount that the lines of an order repeat is that of the order: the unit price is
    taken, if there is one.
    """
    found = dict(shop.found)
    if not {"amount", "unit_price"} <= set(found) or {"amount", "unit_price"} <= given:
        return found
    if "amount" not in given and ("unit_price" in given or _repeats(connection, shop)):
        del found["amount"]
    else:
        del found["unit_price"]
    return found


def _repeats(connection: duckdb.DuckDBPyConnection, shop: Proposal) -> bool:
    """Whether nearly all orders of several lines have one amount on all of them."""
    if not {"amount", "order_id"} <= set(shop.found):
        return False
    ((orders, repeating),) = connection.sql(
        f"""
        select count(*), count(*) filter (where amounts = 1)
        from (
            select count(distinct {shop.value("amount")}) as amounts
            {shop.from_clause([one.relation for one in shop.tables])}
            group by {shop.value("order_id")}
            having count(*) > 1
        ) as orders
        """
    ).fetchall()
    return bool(orders) and repeating >= 0.95 * orders


def _with_facts(
    connection: duckdb.DuckDBPyConnection, shop: Proposal, currency: str
) -> Proposal:
    """Complete a proposal with what the lines say about its settings."""
    source = shop.from_clause([one.relation for one in shop.tables])
    number = {
        name: f"try_cast({shop.parsed(name)} as double)"
        for name in ("amount", "quantity", "unit_price")
        if name in shop.found
    }
    time = f"try_cast({shop.parsed('purchased_at')} as timestamp)"
    below = " or ".join(f"{one} < 0" for one in number.values())
    unreadable = " or ".join(f"{one} is null" for one in [time, *number.values()])
    guest = f"nullif(trim({shop.value('customer_id')}), '') is null"
    ((returned, guests, bad),) = connection.sql(
        f"select count(*) filter (where {below}), count(*) filter (where {guest}), "
        f"count(*) filter (where {unreadable}) {source}"
    ).fetchall()
    statuses = _statuses(connection, shop, source)
    if not statuses:  # too many different values are no statuses
        shop.found.pop("order_status", None)
    return Proposal(
        shop.name,
        shop.tables,
        shop.base,
        shop.joins,
        shop.found,
        currencies=_currencies(connection, shop, source, currency),
        returned=returned,
        guests=guests,
        unreadable=bad,
        statuses=statuses,
        is_repeated=_repeats(connection, shop),
    )


def _currencies(
    connection: duckdb.DuckDBPyConnection, shop: Proposal, source: str, said: str
) -> list[str]:
    """List the currencies of the amounts, as far as they are known."""
    if said:
        return [said.upper()]
    if "currency" in shop.found:
        value = shop.value("currency")
        found = connection.sql(
            f"select upper(trim({value})) as code {source} "
            f"where trim({value}) <> '' group by code order by count(*) desc, code"
        ).fetchall()
        return [code for (code,) in found]
    for name in ("amount", "unit_price", "freight"):
        if name in shop.found and currency_in(shop.found[name].name):
            return [currency_in(shop.found[name].name)]
    return []


def _statuses(
    connection: duckdb.DuckDBPyConnection, shop: Proposal, source: str
) -> dict[str, list[str]]:
    """Sort the statuses of orders by what their words mean."""
    if "order_status" not in shop.found:
        return {}
    value = f"lower(trim({shop.value('order_status')}))"
    found = connection.sql(
        f"select {value} as status {source} where {value} <> '' "
        f"group by status order by count(*) desc, status limit {_STATUSES + 1}"
    ).fetchall()
    if len(found) > _STATUSES:
        return {}
    sorted_: dict[str, list[str]] = {"counted": [], "canceled": [], "other": []}
    for (status,) in found:
        sorted_[status_means(status)].append(status)
    return sorted_


def status_means(status: str) -> str:
    """Say what a status means, by its words.

    Parameters
    ----------
    status : str

    Returns
    -------
    {"counted", "canceled", "other"}
    """
    tokens = tokens_of(status)
    for meaning, starts in words()["statuses"].items():
        if any(token.startswith(one) for token in tokens for one in starts):
            return meaning.removesuffix("_in_part")
    return "other"
