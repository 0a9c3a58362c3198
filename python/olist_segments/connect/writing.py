"""Write a proposal down: as YAML and SQL for dbt, and in words for the user."""

import re
from collections.abc import Sequence

import yaml

from olist_segments.connect.mapping import Column, inputs, is_called, words
from olist_segments.connect.proposal import Proposal, column_option, unfitting
from olist_segments.connect.tables import Table, quoted
from olist_segments.connect.values import swapped

_SIGNS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", "": "none"}


def yaml_of(shop: Proposal) -> str:
    """Return the YAML of a shop's sources.

    Parameters
    ----------
    shop : Proposal

    Returns
    -------
    str
        With a comment beside what a user may have to correct.
    """
    lines = [
        "version: 2",
        "",
        "# Proposed by `olist-segments connect` from the names and values of columns;",
        "# dbt_project/docs/your_shop.md says what can stand here.",
        "sources:",
        f"  - name: {shop.name}",
        f'    description: "The orders of {shop.name}: {_files(shop)}."',
        "    config:",
        "      enabled: \"{{ (env_var('OLIST_SHOP', '') or var('shop')) "
        f"== '{shop.name}' }}}}\"",
        "      meta:",
        *(f"        {line}" for line in _settings(shop)),
        "    tables:",
    ]
    if not shop.joins:
        lines += _table(shop, "order_lines", shop.lines)
        lines += ["            columns:"]
        lines += [
            f"              {name}: {_scalar(_mapped(shop, name))}{_doubt(shop, name)}"
            for name in shop.found
        ]
    else:
        for number in [shop.base, *(one.table for one in shop.joins)]:
            table = shop.tables[number]
            lines += _table(shop, table.name, table) + _types(shop, number)
        lines += [
            "",
            "macros:",
            f"  - name: {shop.name}__order_lines",
            f'    description: "The order lines of {shop.name}, joined."',
        ]
    return "\n".join(lines) + "\n"


def sql_of(shop: Proposal) -> str:
    """Return the macro that joins a shop's tables to order lines.

    Parameters
    ----------
    shop : Proposal
        With joins.

    Returns
    -------
    str
    """
    relations = [
        f"{{{{ read_table(source('{shop.name}', '{table.name}')) }}}}"
        for table in shop.tables
    ]
    columns = [f"        {shop.value(name)} as {name}," for name in shop.found]
    columns[-1] = columns[-1].removesuffix(",")
    source = shop.from_clause(relations).replace("\n", "\n    ")
    return "\n".join(
        [
            f"{{# The order lines of {shop.name}, joined. #}}",
            f"{{% macro {shop.name}__order_lines() -%}}",
            "    select",
            *columns,
            f"    {source}",
            "{%- endmacro %}",
            "",
        ]
    )


def describe(shop: Proposal) -> str:
    """Say what was understood, what was not found, and what a user should check.

    Parameters
    ----------
    shop : Proposal

    Returns
    -------
    str
    """
    used = [shop.base, *(one.table for one in shop.joins)]
    parts = [_table_in_words(shop.tables[number]) for number in used]
    for one in shop.joins:
        by = shop.tables[one.by.table].name
        added = shop.tables[one.table].name
        parts.append(f"{added}.{one.key} is joined to {by}.{one.by.name}.")
    rows = [
        (name, _mapped(shop, name), _short(_example(shop, name)))
        for name, column in shop.found.items()
    ]
    parts += ["", *_aligned([("input column", "from", "for example"), *rows])]
    unused = _unused(shop, used)
    if unused:
        parts += ["", "Not used: " + ", ".join(unused) + "."]
    parts += _remarks(shop)
    absent = [
        one
        for one in inputs().values()
        if one.adds and one.name not in {*shop.found, *_replaced(shop)}
    ]
    if absent:
        parts += ["", "Not found, so this is left out:"]
        parts += [f"  {line}" for line in _aligned([(a.name, a.adds) for a in absent])]
    return "\n".join(parts)


def _replaced(shop: Proposal) -> set[str]:
    """Name input columns that nobody misses, because of others or of settings."""
    replaced = {"state": "country", "country": "state"}
    known = {one for one, other in replaced.items() if other in shop.found}
    return known | ({"currency"} if shop.currencies else set())


def _files(shop: Proposal) -> str:
    used = [shop.base, *(one.table for one in shop.joins)]
    return ", ".join(shop.tables[number].pattern for number in used)


def _settings(shop: Proposal) -> list[str]:
    """Return the settings of a shop, as lines of YAML."""
    lines = []
    if len(shop.currencies) == 1 or (shop.currencies and "currency" not in shop.found):
        code = shop.currencies[0]
        symbol, name = words()["currencies"].get(code, (code, code))
        lines.append(
            f"currency: {{code: {_scalar(code)}, symbol: {_scalar(symbol)}, "
            f"name: {_scalar(name)}}}"
        )
    else:
        lines.append("# currency: {code: EUR, symbol: €, name: euros}")
    returns = "net" if shop.returned else "refuse"
    guests = "exclude" if shop.guests else "refuse"
    lines.append(
        f"returns: {returns}  # net: lower spend; cancel: do not; refuse: stop"
    )
    lines.append(f"guests: {guests}  # lines without a customer: exclude, or refuse")
    if any(column.has_offset for column in shop.found.values()):
        lines.append("# time_zone: Europe/Berlin  # times have an offset from UTC")
    if shop.price_bands:
        bounds = ", ".join(f"{one:.2f}".removesuffix(".00") for one in shop.price_bands)
        lines.append(f"price_bands: [{bounds}]  # bounds for what an item costs")
    if shop.statuses:
        lines.append("statuses:  # others do not count, and are listed")
        for meaning in ("counted", "canceled"):
            found = ", ".join(_scalar(one) for one in shop.statuses[meaning])
            lines.append(f"  {meaning}: [{found}]")
        if shop.statuses["other"]:
            found = ", ".join(_scalar(one) for one in shop.statuses["other"])
            lines.append(f"  open: [{found}]")
    return lines


def _table(shop: Proposal, name: str, table: Table) -> list[str]:
    """Return a table of the sources, as lines of YAML."""
    lines = [
        f"      - name: {name}",
        f'        description: "One row per line of {table.pattern}."',
        "        config:",
        "          meta:",
        f"            file: {_scalar(table.pattern)}",
    ]
    if table.delimiter not in ("", ","):
        lines.append(f"            delimiter: {_scalar(table.delimiter)}")
    if table.encoding != "utf-8":
        lines.append(f"            encoding: {table.encoding}")
    if table.decimal != ".":
        lines.append(f"            decimal: {_scalar(table.decimal)}")
    date_format = shop.date_format(table)
    if date_format:
        unsure = any(
            column.is_order_unsure and column.date_format == date_format
            for column in shop.found.values()
        )
        other = f"  # or {_scalar(swapped(date_format))}: days are never above 12"
        lines.append(
            f"            date_format: {_scalar(date_format)}{other if unsure else ''}"
        )
    return lines


def _types(shop: Proposal, number: int) -> list[str]:
    """Return the columns of a joined table that are no text, as lines of YAML."""
    types = {"time": "timestamp", "number": "decimal(18, 6)", "whole": "integer"}
    lines = []
    for name, column in shop.found.items():
        kind = inputs()[name].kind
        is_plain = (
            shop.value(name) == f"{shop.tables[number].name}.{quoted(column.name)}"
        )
        if column.table == number and kind in types and is_plain:
            lines.append(f"          - name: {_scalar(column.name)}")
            lines.append(f"            data_type: {types[kind]}")
    return ["        columns:", *lines] if lines else []


def _mapped(shop: Proposal, name: str) -> str:
    """Return an input column as the mapping has it: a name needs no quotes there."""
    column = shop.found[name]
    value = shop.value(name)
    return column.name if value == quoted(column.name) else value


def _doubt(shop: Proposal, name: str) -> str:
    """Return a comment on numbers that may be meant in another way."""
    numbers = shop.found[name].numbers
    if inputs()[name].kind not in ("number", "whole") or not numbers.unsure:
        return ""
    return f"  # {numbers.unsure} is taken for {_taken_for(shop, name)}"


def _taken_for(shop: Proposal, name: str) -> str:
    """Write a doubtful number as it is read."""
    numbers = shop.found[name].numbers
    mark = "." if "." in numbers.unsure else ","
    is_decimal = numbers.decimal == mark
    return numbers.unsure.replace(mark, "." if is_decimal else "")


def _table_in_words(table: Table) -> str:
    decimals = ", decimal commas" if table.decimal == "," else ""
    sign = _SIGNS.get(table.delimiter, repr(table.delimiter))
    how = f", separated by {sign}, {table.encoding}" if table.delimiter else ""
    lines = "line" if table.line_count == 1 else "lines"
    return f"{table.pattern}: {table.line_count:,} {lines}{how}{decimals}."


def _unused(shop: Proposal, used: Sequence[int]) -> list[str]:
    """List the columns and files that are not used."""
    taken = {(column.table, column.name) for column in shop.found.values()}
    taken |= {(one.table, one.key) for one in shop.joins}
    taken |= {(one.by.table, one.by.name) for one in shop.joins}
    columns = [
        column.name
        for number in used
        for column in shop.tables[number].columns
        if (number, column.name) not in taken
    ]
    files = [
        table.pattern for number, table in enumerate(shop.tables) if number not in used
    ]
    return columns + files


def _remarks(shop: Proposal) -> list[str]:
    """Say what is in the lines that a setting decides on."""
    remarks = [
        f"Lines of {table.pattern} that cannot be read: {table.unread_count:,} "
        f"({table.first_unread}). A build keeps them in rejected_rows."
        for table in shop.tables
        if table.unread_count
    ]
    remarks += [
        f"Sheets of {table.pattern} with another first row, which are not read: "
        f"{', '.join(table.sheets_left_out)}."
        for table in shop.tables
        if table.sheets_left_out
    ]
    remarks += _doubts(shop)
    if {"quantity", "unit_price"} <= set(shop.found):
        quantity, price = (shop.found[one].name for one in ("quantity", "unit_price"))
        remarks.append(
            f"The amount of a line is {quantity} x {price}: if {price} is already that "
            f"of all pieces, connect again with {column_option('amount', price)} "
            "--force."
        )
    if shop.returned:
        remarks.append(
            f"Lines with a quantity or an amount below 0: {shop.returned:,}. They are "
            "taken for returns, which lower what a customer spent (returns: net)."
        )
        if shop.returned > 0.5 * shop.lines.line_count:
            remarks.append("That is most lines: if they are sales, change their sign.")
    if shop.guests:
        remarks.append(
            f"Lines without a customer: {shop.guests:,}. They are left out and counted "
            "(guests: exclude)."
        )
    if shop.statuses:
        counted, canceled, other = (
            ", ".join(shop.statuses[one]) for one in ("counted", "canceled", "other")
        )
        remarks.append(
            (
                f"Orders count if their status is {counted}."
                if counted
                else "No status is known to count: write those that do into counted."
            )
            + (f" These mean canceled: {canceled}." if canceled else "")
            + (f" These are neither, so they do not count: {other}." if other else "")
        )
    if shop.unreadable:
        remarks.append(
            f"Lines without a time or an amount that can be read: {shop.unreadable:,}. "
            "They do not count."
        )
    if shop.is_repeated and "amount" in shop.found:
        remarks.append(
            f"All lines of an order have the same {shop.found['amount'].name}: if this "
            "is the amount of the order, name the column of the line's amount or price."
        )
    if len(shop.currencies) > 1:
        remarks.append(
            f"The amounts have several currencies ({', '.join(shop.currencies)}): "
            + (
                "a build takes one, so set currency and other_currencies: exclude."
                if "currency" in shop.found
                else f"only those in {shop.currencies[0]} are read."
            )
        )
    elif not shop.currencies:
        remarks.append(
            "The currency is not known: write it into the file, or connect again with "
            "its code, --currency EUR --force."
        )
    return ["", *remarks] if remarks else []


def _doubts(shop: Proposal) -> list[str]:
    """Say what values may mean besides what they are taken for."""
    doubts = []
    for name, column in shop.found.items():
        kind, numbers = inputs()[name].kind, column.numbers
        if kind == "time" and column.is_order_unsure:
            first, second = ("day", "month")[:: 1 if _day_is_first(column) else -1]
            doubts.append(
                f"Nothing in {column.name} tells the day from the month: "
                f"{column.example} is read with the {first} before the {second}. If "
                f"that is wrong, write date_format: {swapped(column.date_format)!r}."
            )
        if kind == "time" and column.has_offset:
            doubts.append(
                f"Times in {column.name} have an offset from UTC, which is left out: "
                "set time_zone to have them in the time of the shop."
            )
        if _doubt(shop, name):
            doubts.append(
                f"Nothing in {column.name} tells whether {numbers.unsure} has "
                f"decimals: it is taken for {_taken_for(shop, name)}. If that is "
                f"wrong, correct {name} or decimal in the file."
            )
    for name in inputs():
        for column in shop.lines.columns:
            if (
                name not in shop.found
                and column not in shop.found.values()
                and (is_called(column.name, name) and (column.odd or not column.kinds))
            ):
                effect = ": a line counts as one piece" if name == "quantity" else ""
                doubts.append(
                    f"{column.name} is called like {name}, but "
                    f"{unfitting(column, name)}{effect}."
                )
    doubts += _left_out(shop)
    if shop.same_customers:
        doubts.append(
            f"Customers that differ from others only in capital letters: "
            f"{shop.same_customers:,}. To join them, write "
            f"lower({shop.value('customer_id')})."
        )
    if shop.frequent:
        doubts.append(
            f"Customer {shop.frequent} has more than a tenth of the lines: if it "
            f"stands for guests, write nullif({shop.value('customer_id')}, "
            f"'{shop.frequent}')."
        )
    return doubts


def _left_out(shop: Proposal) -> list[str]:
    """Name the files that have the columns of the lines, and others besides."""
    used = {shop.base, *(one.table for one in shop.joins)}
    names = {
        column.name.lower()
        for column in shop.found.values()
        if column.table == shop.base
    }
    said = []
    for number, table in enumerate(shop.tables):
        others = {column.name.lower() for column in table.columns}
        if number not in used and names <= others:
            said.append(
                f"{table.pattern} has these columns as well, but others than "
                f"{shop.lines.pattern} besides, so it is not read: give both the same "
                "columns, and connect again."
            )
    return said


def _day_is_first(column: Column) -> bool:
    return column.date_format.index("%d") < column.date_format.index("%m")


def _example(shop: Proposal, name: str) -> str:
    text = shop.found[name].example
    return re.sub("[.]0+$", "", text) if "[.]0+" in shop.value(name) else text


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            text.ljust(width) for text, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 30 else f"{text[:29]}…"


def _scalar(value: str) -> str:
    """Return a text as YAML, in quotes if it needs them."""
    return (
        yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
        .removesuffix("\n...\n")
        .strip()
    )
