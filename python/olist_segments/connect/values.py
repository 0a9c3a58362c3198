"""Find out what the values of a column look like: numbers, times, texts."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

# Share of the values that must be readable. A few lines of an export may be wrong; they
# are rejected one by one.
ENOUGH = 0.99
# Read without saying how: days and times of ISO 8601, as the macro time_pattern has it.
USUAL_FORMAT = "%Y-%m-%d"
USUAL_TIME = (
    "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    "([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?"
    "( ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?))?"
)
OFFSET = ":[0-9.]+ ?(Z|UTC|[+-][0-9:]+)$"
# How else times may be written: the most usual first, and the day before the month.
FORMATS = [
    f"{day}{time}"
    for day in (
        *("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y-%m-%d"),
        *("%Y/%m/%d", "%Y.%m.%d", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%b-%Y"),
        *("%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y%m%d"),
    )
    for time in (
        *("", " %H:%M:%S", " %H:%M", "T%H:%M:%S", "T%H:%M:%SZ", "T%H:%M:%S.%fZ"),
        *(" %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", " %H:%M:%S %z", ", %H:%M"),
    )
    if day + time != USUAL_FORMAT
]
BLANKS = " \u00a0\u202f"
_MARKS = f",'\u2019{BLANKS}"
_PLAIN = r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?"
_WHOLE = r"[-+]?[0-9]+(\.0+)?"
_COMMA = rf"[-+]?[{BLANKS}]?([0-9]{{1,3}}([.{BLANKS}][0-9]{{3}})+|[0-9]*)(,[0-9]+)?"
_GROUPED = rf"[-+]?[{BLANKS}]?([0-9]{{1,3}}([{_MARKS}][0-9]{{3}})+|[0-9]*)(\.[0-9]+)?"
# What follows a comma or a point that can only be a decimal one: not three digits, or
# three after 0 or after a group of thousands.
_SURE = (
    r".*{0}([0-9]{{1,2}}|[0-9]{{4,}})|[-+]?0?{0}[0-9]+"
    r"|.*[0-9][^0-9{0}][0-9]{{3}}{0}[0-9]+"
)
_SURE_COMMA, _SURE_POINT = _SURE.format(","), _SURE.format(r"\.")
# 1,234 is one and a bit, or more than a thousand.
_UNSURE = r"[-+]?[1-9][0-9]{0,2}[.,][0-9]{3}"
_NO_SIGN = rf"[-+0-9.{_MARKS}]"

# From 2000 to 2049.
_COUNTED = {
    "days": (36_526, 54_790),
    "seconds": (946_684_800, 2_524_608_000),
    "milliseconds": (946_684_800_000, 2_524_608_000_000),
}

Values = Sequence[tuple[str, int]]


class Numbers(NamedTuple):
    """How the numbers of a column are written.

    Attributes
    ----------
    decimal : {".", ","}
    marks : str
        What stands between thousands, besides points and spaces if `decimal` is a
        comma.
    sign : str
        Sign of a currency beside them, the most frequent one.
    signs : tuple of str
        All signs of currencies, the most frequent first.
    has_point, has_comma : bool
        Whether a decimal point or comma is beyond doubt.
    unsure : str
        A value such as 1,234 if nothing tells whether it is more than a thousand.
    is_whole : bool
    """

    decimal: str = "."
    marks: str = ""
    sign: str = ""
    signs: tuple[str, ...] = ()
    has_point: bool = False
    has_comma: bool = False
    unsure: str = ""
    is_whole: bool = False


PLAIN_NUMBERS = Numbers()


def numbers_of(
    values: Values, currencies: Collection[str] = (), other_columns: str = ""
) -> Numbers | None:
    """Find out how numbers are written.

    Parameters
    ----------
    values : sequence of (str, int)
        Values without blanks around them, and how often each is there.
    currencies : collection of str
        Signs and codes of currencies that may stand beside them.
    other_columns : {"", ".", ","}
        The decimal sign of other columns of the table, if they have one.

    Returns
    -------
    Numbers or None
        None if they are no numbers.
    """
    signs = _signs(values, currencies)
    sign = signs[0] if signs else ""
    bare = [(_without(value, signs), times) for value, times in values]
    enough = ENOUGH * sum(times for _, times in values)
    count = _counter(bare)
    unsure = next((one for one, _ in bare if re.fullmatch(_UNSURE, one)), "")
    has_comma, has_point = count(_SURE_COMMA) > 0, count(_SURE_POINT) > 0
    is_plain, is_comma = count(_PLAIN) >= enough, count(_COMMA) >= enough
    is_grouped = count(_GROUPED) >= enough
    marks = "".join(sorted({one for text, _ in bare for one in text} & set(_MARKS)))
    as_point = Numbers(".", marks, sign, signs, has_point=has_point)
    as_comma = Numbers(",", "", sign, signs, has_comma=has_comma)
    if has_comma and is_comma:
        return as_comma
    if is_plain and not (unsure and not has_point):
        return as_point._replace(marks="", is_whole=count(_WHOLE) >= enough)
    if has_point and is_grouped:
        return as_point
    if not (is_comma or is_grouped):
        return None
    if not unsure or not ((is_comma and is_grouped) or is_plain):
        return as_comma if is_comma and not is_grouped else as_point
    mark = "." if "." in unsure else ","
    # With three decimals everywhere, 20 would be 20.000.
    is_thousands = mark != other_columns if other_columns else count("[0-9]+") > 0
    found = as_comma if (mark == ".") == is_thousands else as_point
    if found is as_point and not is_thousands:
        found = as_point._replace(marks="")
    return found._replace(unsure="" if other_columns else unsure)


def is_like_time(value: str) -> bool:
    """Return whether a value may be a time; a number is one only if like 20180131.

    Parameters
    ----------
    value : str

    Returns
    -------
    bool
    """
    if value.isdigit():
        return re.fullmatch(r"(19|20)[0-9]{6}", value) is not None
    return 6 <= len(value) <= 35 and re.search(r"[0-9]", value) is not None


def formats_like(values: Values) -> list[str]:
    """List the formats with the same signs between digits and letters as some values.

    Parameters
    ----------
    values : sequence of (str, int)

    Returns
    -------
    list of str
        In the order of `FORMATS`.
    """
    shapes = {
        re.sub(r"\w+", "", re.sub(r"(:\d\d) ?[+-]\d\d:?\d\d$", r"\1 ", value))
        for value, _ in values
    }
    return [one for one in FORMATS if re.sub(r"%|\w+", "", one) in shapes]


def odd_number(values: Values, currencies: Collection[str] = ()) -> str:
    """Return a value that is no number, or not written like most others.

    Parameters
    ----------
    values : sequence of (str, int)
    currencies : collection of str
        As in `numbers_of`.

    Returns
    -------
    str
        Empty if there is none.
    """
    signs = _signs(values, currencies)
    bare = [(_without(value, signs), times) for value, times in values]
    usual = max((_PLAIN, _COMMA, _GROUPED), key=_counter(bare))
    others = (
        value
        for (value, _), (text, _) in zip(values, bare, strict=True)
        if not re.fullmatch(usual, text)
    )
    return next(others, "")


def is_point_zero(values: Values) -> bool:
    """Return whether whole numbers are written as 17850.0, as a spreadsheet does.

    Parameters
    ----------
    values : sequence of (str, int)

    Returns
    -------
    bool
        False unless all are whole numbers.
    """
    return all(re.fullmatch(_WHOLE, value) for value, _ in values) and any(
        "." in value for value, _ in values
    )


def counted_from(values: Values) -> str:
    """Find out what numbers count that stand for times of this century.

    Parameters
    ----------
    values : sequence of (str, int)

    Returns
    -------
    {"", "seconds", "milliseconds", "days"}
        Empty if they are no such numbers.
    """
    for unit, (least, most) in _COUNTED.items():
        if all(
            re.fullmatch(r"[0-9]+(\.[0-9]+)?", value) and least <= float(value) < most
            for value, _ in values
        ):
            return unit
    return ""


def order_is_unsure(date_format: str, readable: dict[str, int]) -> bool:
    """Return whether day and month could be the other way round.

    Parameters
    ----------
    date_format : str
        The format that was chosen.
    readable : dict of str to int
        How many values each format can read.

    Returns
    -------
    bool
    """
    other = swapped(date_format)
    return other != date_format and readable.get(other) == readable[date_format]


def swapped(date_format: str) -> str:
    """Swap day and month in a format.

    Parameters
    ----------
    date_format : str

    Returns
    -------
    str
    """
    return re.sub("%[dm]", lambda one: "%m" if one[0] == "%d" else "%d", date_format)


def _signs(values: Values, currencies: Collection[str]) -> tuple[str, ...]:
    """List the signs and codes of currencies beside numbers, most frequent first."""
    found: Counter[str] = Counter()
    for value, times in values:
        sign = re.sub(_NO_SIGN, "", value)
        # R5 is a name rather than rands.
        if sign in currencies and (not sign.isalpha() or re.search(r"[ .,]", value)):
            found[sign] += times
    return tuple(sign for sign, _ in found.most_common())


def _without(value: str, signs: Sequence[str]) -> str:
    for sign in signs:
        value = value.replace(sign, "")
    return value.strip(BLANKS)


def _counter(values: Values) -> Callable[[str], int]:
    """Return a function that counts the values that have a pattern."""

    def count(pattern: str) -> int:
        compiled = re.compile(pattern)
        return sum(times for value, times in values if compiled.fullmatch(value))

    return count
