"""Propose how a shop's files become order lines, from what is in them."""

import math
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import duckdb

from olist_segments.connect.joins import Join, choose_lines
from olist_segments.connect.mapping import (
    NEEDED,
    Column,
    currency_in,
    currency_signs,
    inputs,
    is_called,
    missing,
    tokens_of,
    words,
)
from olist_segments.connect.tables import Table, quoted
from olist_segments.connect.values import BLANKS, USUAL_FORMAT
from olist_segments.project import UserError

# More different statuses than this are no statuses.
_STATUSES = 40
# A customer with a larger share of the lines than this may stand for guests.
_TOO_MANY = 0.1
_ADVICE = {
    "purchased_at": ". Write them as 2018-01-31 10:00:00",
    "amount": ". Write them as 1234.50",
}
# Times that are numbers, in SQL.
_COUNTED = {
    "seconds": "epoch_ms(try_cast({} as bigint) * 1000)",
    "milliseconds": "epoch_ms(try_cast({} as bigint))",
    "days": "timestamp '1899-12-30' "
    "+ to_seconds(round(try_cast({} as double) * 86400))",
}
# Shares of lines below the bounds of price bands, before these are rounded.
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


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
    price_bands : list of float
        Round bounds for the prices of pieces; none if no price is above 0.
    is_repeated : bool
        Whether the amount seems to be that of the order, repeated on its lines.
    same_customers : int
        Customers whose ids are those of others but for capital letters.
    frequent : str
        A customer with so many lines that it may stand for guests.
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
    price_bands: list[float] = field(default_factory=list)
    is_repeated: bool = False
    same_customers: int = 0
    frequent: str = ""

    @property
    def lines(self) -> Table:
        """The table with the lines."""
        return self.tables[self.base]

    def date_format(self, table: Table) -> str:
        """Return how the times of a table are written.

        Parameters
        ----------
        table : Table

        Returns
        -------
        str
            That of the first input column which is not in the usual format; empty if
            all are.
        """
        formats = (
            column.date_format
            for name, column in self.found.items()
            if inputs()[name].kind == "time" and self.tables[column.table] is table
        )
        return next((one for one in formats if one not in ("", USUAL_FORMAT)), "")

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
        column, kind = self.found[name], inputs()[name].kind
        table = self.tables[column.table]
        value = quoted(column.name)
        if self.joins:
            value = f"{table.name}.{value}"
        if kind == "time" and column.counts:
            return _COUNTED[column.counts].format(value)
        if kind == "time" and column.date_format not in (
            *("", USUAL_FORMAT),
            self.date_format(table),
        ):
            return f"try_strptime({value}, '{column.date_format}')"
        if kind in ("number", "whole"):
            return self._number(value, column)
        if column.has_point_zero and kind in ("id", "text"):
            text = value if table.delimiter else f"cast({value} as varchar)"
            return f"regexp_replace({text}, '[.]0+$', '')"
        if kind == "id" and column.is_email:
            return f"lower({value})"
        return value

    def _number(self, value: str, column: Column) -> str:
        """Return a number in SQL, without what DuckDB does not read."""
        numbers = column.numbers
        marks = numbers.marks.replace("'", "''")
        if len(numbers.sign) == 1:
            marks = numbers.sign + marks
        elif numbers.sign:
            value = f"replace({value}, '{numbers.sign}', '')"
        if numbers.decimal == "," and self.tables[column.table].decimal == ".":
            return f"replace(translate({value}, '{marks}.', ''), ',', '.')"
        return f"translate({value}, '{marks}', '')" if marks else value

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
        date_format = self.date_format(self.tables[column.table])
        if kind == "time" and date_format and column.date_format == date_format:
            return f"try_strptime({value}, '{date_format}')"
        if kind in ("number", "whole") and self.tables[column.table].decimal == ",":
            return f"replace(translate({value}, '.{BLANKS}', ''), ',', '.')"
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
    null_words: Sequence[str] = (),
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
    null_words : sequence of str
        Words in small letters that stand for a missing value.

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
    _refuse_names(tables, found)
    final = Proposal(name, tables, base, joins, found)
    return _with_facts(connection, final, currency, null_words)


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


def _refuse_names(tables: list[Table], found: dict[str, Column]) -> None:
    """Refuse a column of whose name there are two, or that dbt would not read."""
    for column in found.values():
        table = tables[column.table]
        if re.search("{[{%#]", column.name):
            raise UserError(
                f"{table.pattern} has a column {column.name}, which means something "
                "else to dbt: rename it"
            )
        if column.name.lower() in table.repeated:
            raise UserError(
                f"{table.pattern} names a column twice: {column.name}. Rename or "
                "remove one"
            )


def _refuse_missing(
    lines: Table, joins: list[Join], found: dict[str, Column], lacks: list[str]
) -> None:
    for words_, names in NEEDED.items():
        for column in lines.columns if words_ in lacks else ():
            if any(is_called(column.name, name) for name in names):
                raise UserError(
                    f"{column.name} in {lines.pattern} is called like {words_}, but "
                    f"{unfitting(column, names[0])}{_ADVICE.get(names[0], '')}"
                )
    names = ", ".join(one.name for one in lines.columns)
    first = NEEDED[lacks[0]][0]
    others = " and the other files" if joins else ""
    raise UserError(
        f"cannot find {' and '.join(lacks)} in {lines.pattern}{others}, whose columns "
        f"are {names}. Name the column, as in --column {first}=COLUMN, or add the file "
        "that has it; several files are joined by columns of the same name"
    )


def column_option(name: str, column: str) -> str:
    """Return the option that says what a column is, for a command line.

    Parameters
    ----------
    name, column : str
        An input column, and the name of a column of the shop.

    Returns
    -------
    str
    """
    return f"--column {shlex.quote(f'{name}={column}')}"


def unfitting(column: Column, name: str) -> str:
    """Say why the values of a column cannot be those of an input column.

    Parameters
    ----------
    column : Column
    name : str
        Of the input column.

    Returns
    -------
    str
    """
    kind = inputs()[name].kind
    examples = dict.fromkeys(repr(one) for one in (column.example, column.odd) if one)
    said = f"its values, such as {' and '.join(examples)}, are"
    if not column.kinds:
        return "it is empty"
    if kind in ("id", "text"):
        option = column_option(name, column.name)
        return f"{said} no {kind}s: if they are, add {option}"
    if len(examples) > 1:
        return f"{said} not written in one way that is known"
    return f"{said} no {'times' if kind == 'time' else 'numbers'} that are known"


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
    connection: duckdb.DuckDBPyConnection,
    shop: Proposal,
    currency: str,
    null_words: Sequence[str],
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
    customer = f"trim({shop.value('customer_id')})"
    words_ = ", ".join(f"'{one}'" for one in ["", *null_words])
    guest = f"coalesce(lower({customer}), '') in ({words_})"
    ((lines, returned, guests, bad),) = connection.sql(
        f"select count(*), count(*) filter (where {below}), "
        f"count(*) filter (where {guest}), "
        f"count(*) filter (where {unreadable}) {source}"
    ).fetchall()
    if bad == lines:
        columns = [shop.found[one].name for one in ("purchased_at", *number)]
        raise UserError(
            f"{' or '.join(columns)} cannot be read in any line of "
            f"{shop.lines.pattern}: name other columns"
        )
    ((same, customers, frequent, most),) = connection.sql(
        f"""
        select
            count(*) - count(distinct lower(id)),
            count(*),
            max_by(id, lines),
            max(lines)
        from (
            select {customer} as id, count(*) as lines {source} where not {guest}
            group by 1
        ) as customers
        """
    ).fetchall()
    is_frequent = customers > 1 / _TOO_MANY and most > _TOO_MANY * lines
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
        price_bands=_price_bands(connection, number, source),
        is_repeated=_repeats(connection, shop),
        same_customers=same,
        frequent=frequent if is_frequent else "",
    )


def _price_bands(
    connection: duckdb.DuckDBPyConnection, number: dict[str, str], source: str
) -> list[float]:
    """Take bounds from the prices of pieces, as a build computes these."""
    price = number.get("unit_price") or number["amount"]
    if "amount" in number and "quantity" in number:
        price = f"{number['amount']} / nullif({number['quantity']}, 0)"
    ((quantiles,),) = connection.sql(
        f"select quantile_cont(price, {list(QUANTILES)}) "
        f"from (select {price} as price {source}) as prices "
        "where price > 0 and isfinite(price)"
    ).fetchall()
    return round_bounds(quantiles or [])


def round_bounds(prices: Iterable[float]) -> list[float]:
    """Round prices to bounds of bands.

    Parameters
    ----------
    prices : iterable of float
        Above 0.

    Returns
    -------
    list of float
        The nearest by ratio of 0.01, 0.02, 0.05, 0.1 and so on, ascending, each once.
    """
    found = set()
    for price in prices:
        power = max(math.floor(math.log10(price)), -2)
        steps = [round(step * 10.0**power, 2) for step in (1, 2, 5, 10)]
        found.add(min(steps, key=lambda step: abs(math.log(step / price))))
    return sorted(found)


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
            f"where trim({value}) <> '' group by 1 order by count(*) desc, 1"
        ).fetchall()
        return [code for (code,) in found]
    for name in ("amount", "unit_price", "freight"):
        signs = shop.found[name].numbers.signs if name in shop.found else ()
        if signs:
            return [currency_signs()[one] for one in signs]
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
        f"group by 1 order by count(*) desc, 1 limit {_STATUSES + 1}"
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
