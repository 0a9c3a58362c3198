"""Propose which column of a shop's files is which input column, by names and kinds."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import NamedTuple

import yaml

from olist_segments.connect.values import PLAIN_NUMBERS, Numbers

_LETTERS = {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d"}
# A column of these kinds can be an input column of that kind.
_FITTING = {
    "id": {"text", "whole"},
    "text": {"text", "whole"},
    "time": {"time"},
    "number": {"number", "whole"},
    "whole": {"whole"},
}
# What no shop can do without, in words, and the input columns that can be it.
NEEDED = {
    "the customer": ("customer_id",),
    "the time of purchase": ("purchased_at",),
    "the amount or the unit price": ("amount", "unit_price"),
}


class Input(NamedTuple):
    """An input column of order lines.

    Attributes
    ----------
    name : str
    kind : {"id", "text", "time", "number", "whole"}
    words : list of str
        What it is usually called, best first.
    adds : str
        What it is for; empty for those that every shop has.
    """

    name: str
    kind: str
    words: list[str]
    adds: str


@dataclass(frozen=True)
class Column:
    """A column of a file, and what its values look like.

    Attributes
    ----------
    name : str
        As in the header.
    kinds : frozenset of str
        Out of text, whole, number and time: what all its values can be read as.
        Whole numbers are numbers, too. Empty if it has no value.
    table : int
        Number of the table, for a column that a join brings.
    example : str
        One of its values.
    has_point_zero : bool
        Whether whole numbers are written as ``17850.0``.
    date_format : str
        How times are written, as in ``strptime``; empty if it is no time.
    is_order_unsure : bool
        Whether day and month could be the other way round.
    has_offset : bool
        Whether times have an offset from UTC.
    counts : {"", "seconds", "milliseconds", "days"}
        What a number that stands for a time counts: from 1970 on, or from 1900, as
        spreadsheets do.
    numbers : Numbers
        How numbers are written.
    is_email : bool
    odd : str
        A value that is not like the others, or no number or time although the column
        is called like one.
    """

    name: str
    kinds: frozenset[str]
    table: int = 0
    example: str = ""
    has_point_zero: bool = False
    date_format: str = ""
    is_order_unsure: bool = False
    has_offset: bool = False
    counts: str = ""
    numbers: Numbers = PLAIN_NUMBERS
    is_email: bool = False
    odd: str = ""


@cache
def inputs() -> dict[str, Input]:
    """Return the input columns of order lines.

    Returns
    -------
    dict of str to Input
        By name, in the order of the documentation.
    """
    return {
        name: Input(name, one["kind"], one["words"], one.get("adds", ""))
        for name, one in _read("columns.yml").items()
    }


@cache
def words() -> dict:
    """Return what words mean beside the names of columns, and in statuses.

    Returns
    -------
    dict
        The content of ``words.yml``.
    """
    return _read("words.yml")


def tokens_of(name: str) -> list[str]:
    """Split a name from a header into words.

    Parameters
    ----------
    name : str
        Such as ``OrderDate``, ``order_date`` or ``Numéro de commande``.

    Returns
    -------
    list of str
        In small letters, without accents and signs.
    """
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", name)
    letters = "".join(_LETTERS.get(one, one) for one in name.lower())
    plain = unicodedata.normalize("NFKD", letters)
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    return re.findall(r"[a-z0-9]+", plain)


def propose(
    columns: Sequence[Column], given: dict[str, Column] | None = None
) -> dict[str, Column]:
    """Propose which column is which input column.

    A name that is one of the usual words comes first, then one that is such a word but
    for units and taxes, then one that ends with it. Each column is taken once. If none
    is called like a time of purchase and only one column has times, it is that.

    Parameters
    ----------
    columns : sequence of Column
        In the order of the file.
    given : dict of str to Column, optional
        What a user has said, by input column.

    Returns
    -------
    dict of str to Column
        By input column, in the order of the documentation.
    """
    found = dict(given or {})
    pairs = []
    for place, column in enumerate(columns):
        for one in inputs().values():
            if _FITTING[one.kind] & column.kinds and not _is_only_a_time(one, column):
                rank = _rank(column.name, one)
                if rank is not None:
                    pairs.append((*rank, place, one.name))
    taken = {(column.table, column.name) for column in found.values()}
    for *_, place, name in sorted(pairs):
        key = (columns[place].table, columns[place].name)
        if name not in found and key not in taken:
            found[name] = columns[place]
            taken.add(key)
    times = [
        one for one in columns if one.date_format and (one.table, one.name) not in taken
    ]
    if "purchased_at" not in found and len(times) == 1:
        found["purchased_at"] = times[0]
    return {name: found[name] for name in inputs() if name in found}


def is_called(name: str, input_name: str) -> bool:
    """Return whether a column is called like an input column, whatever its values.

    Parameters
    ----------
    name, input_name : str

    Returns
    -------
    bool
    """
    return _rank(name, inputs()[input_name]) is not None


def missing(found: Iterable[str]) -> list[str]:
    """Say what a shop cannot do without and a mapping lacks.

    Parameters
    ----------
    found : iterable of str
        The input columns that were found.

    Returns
    -------
    list of str
        In words, such as "the customer"; empty if nothing is missing.
    """
    return [words_ for words_, names in NEEDED.items() if not {*names} & {*found}]


def currency_signs() -> dict[str, str]:
    """Return what stands beside amounts, and the code of the currency it means.

    Returns
    -------
    dict of str to str
        Such as £ and GBP, both for GBP; $ for USD.
    """
    currencies = words()["currencies"]
    signs = {symbol: code for code, (symbol, _) in currencies.items()}
    return signs | {code: code for code in currencies}


def currency_in(name: str) -> str:
    """Find a currency in the name of a column.

    Parameters
    ----------
    name : str
        Such as ``Price (EUR)`` or ``Price £``.

    Returns
    -------
    str
        Its code in capitals; empty if there is none.
    """
    codes = [one.upper() for one in tokens_of(name)]
    known = currency_signs()
    signs = [one for one in known if not one.isalpha() and one in name]
    found = [one for one in codes if one in known] + sorted(signs, key=len)[::-1]
    return known[found[0]] if found else ""  # R$ is longer than $


def _read(name: str) -> dict:
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    return yaml.safe_load(text)


def _is_only_a_time(one: Input, column: Column) -> bool:
    """Whether a column with times is asked for something else."""
    return one.kind != "time" and column.kinds == {"time"}


def _rank(name: str, one: Input) -> tuple[int, int] | None:
    """Return how well a name fits, lower is better, and by which word."""
    tokens = tokens_of(name)
    bare = [
        token
        for token in tokens
        if token not in words()["beside"] and token.upper() not in words()["currencies"]
    ]
    for rank, text in enumerate(("".join(tokens), "".join(bare))):
        for number, word in enumerate(_joined(one.name)):
            if text == word:
                return rank, number
    for number, word in enumerate(_joined(one.name)):
        if len(word) >= 8 and "".join(bare).endswith(word):
            return 2, number
    return None


@cache
def _joined(name: str) -> list[str]:
    return [word.replace(" ", "") for word in inputs()[name].words]
