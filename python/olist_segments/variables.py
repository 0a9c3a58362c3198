"""What the variables of a build, and the settings of a shop, may be."""

import datetime
import difflib
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from olist_segments.campaigns import (
    CONTROL_RULE,
    MAX_CONTROL_SHARE,
    NAME_RULE,
    is_name,
)

FEATURES = Path("models", "segmentation", "features", "customer_features.yml")
OLIST = Path("models", "staging", "olist", "_sources.yml")
SHOPS = Path("dbt_project", "shops")
_NUMBER = re.compile(r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)


class Rule(NamedTuple):
    """What a variable may be.

    Attributes
    ----------
    allowed : str
        In words, after "it must be".
    holds : callable
        Whether a value is allowed.
    """

    allowed: str
    holds: Callable[[Any], bool]


def _number(allowed: str, least: float, most: float = math.inf) -> Rule:
    return Rule(
        allowed, lambda value: _is_number(value) and least <= float(value) <= most
    )


def _whole_number(
    least: int, most: float = math.inf, *, or_empty: bool = False
) -> Rule:
    limits = f"of at least {least}" if most == math.inf else f"from {least} to {most}"
    return Rule(
        f"a whole number {limits}" + ", or '' for none" * or_empty,
        lambda value: (
            (value == "" and or_empty)
            or (_is_number(value, is_whole=True) and least <= int(value) <= most)
        ),
    )


def _one_of(*words: str) -> Rule:
    return Rule(" or ".join(words), lambda value: value in words)


_SHARE = _number("a share from 0 to 1", 0, 1)
_TEXT = Rule("a text", lambda value: isinstance(value, str) and bool(value.strip()))
_WORDS = Rule(
    "a text, or a list in which a text may have a condition, such as "
    "{word: one-time buyers, at_most: 1, share: 0.9}",
    lambda value: bool(value) and isinstance(value, str | dict | list),
)
_ENTRIES = Rule(
    "a list of features, as in dbt_project.yml", lambda value: isinstance(value, list)
)

# A new variable of dbt_project.yml needs a line here: a test compares the names.
RULES = {
    "shop": Rule("the name of a shop", _TEXT.holds),
    "as_of_date": Rule(
        "a day such as 2018-03-31, or '' for none", lambda v: _is_day(v)
    ),
    "max_days_after_last_order": _whole_number(0),
    "max_rejected_share": _SHARE,
    "max_defect_share": _SHARE,
    "null_words": Rule(
        "a list of words in quotes",
        lambda v: isinstance(v, list) and all(map(_TEXT.holds, v)),
    ),
    "campaign": Rule(
        f"the name of a campaign, {NAME_RULE}, or '' for none",
        lambda value: value == "" or is_name(value),
    ),
    "control_share": _number(CONTROL_RULE, 0, MAX_CONTROL_SHARE),
    "published_olist": Rule(
        "true or false, without quotes", lambda value: isinstance(value, bool)
    ),
    # What an entry may be is in ENTRY_RULES.
    "features": Rule(_ENTRIES.allowed, lambda v: bool(v) and _ENTRIES.holds(v)),
    "further_features": _ENTRIES,
    "feature_choice": _one_of("list", "auto"),
    "max_missing_share": _SHARE,
    "max_correlation": _SHARE,
    "segment_noun": _TEXT,
    "segment_and": _TEXT,
    "min_word_share": _SHARE,
    "name_words": _whole_number(1),
    "name_ratio": _SHARE,
    "k_min": _whole_number(2, 100),
    "k_max": _whole_number(2, 100),
    "k": _whole_number(2, 100, or_empty=True),
    "min_stability": _number("a number from -1 to 1", -1, 1),
    "min_silhouette_gain": _number("a number from -1 to 1", -1, 1),
    "min_segment_share": _SHARE,
    "seed": _whole_number(0, 2**31 - 1),
    "n_init": _whole_number(1),
    "fit_sample": _whole_number(100),
    "max_fit_rows": _whole_number(100),
    "refits": _whole_number(1),
    "refit_customers": _whole_number(100),
    "refit_n_init": _whole_number(1),
    "refit_sample": _whole_number(100),
    "bootstrap_refits": _whole_number(1),
    "drift_watch": _number("a number of at least 0", 0),
    "drift_refit": _number("a number of at least 0", 0),
}
ENTRY_RULES = {
    "name": _TEXT,
    "transform": _one_of("none", "log1p"),
    "clip_quantile": Rule(
        "a share above 0 and up to 1, such as 0.995",
        lambda value: _is_number(value) and 0 < float(value) <= 1,
    ),
    "word": _one_of("adjective", "noun", "suffix"),
    # What one of the words may be is in WORD_RULES.
    "high": _WORDS,
    "low": _WORDS,
    "phrase": _TEXT,
    "phrase_negative": _TEXT,
}
OPTIONAL = {"phrase_negative"}
WORD_RULES = {
    "word": _TEXT,
    "at_least": _number("a number", -math.inf),
    "at_most": _number("a number", -math.inf),
    "share": _SHARE,
}


def _are_bounds(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(one, int | float)
            and not isinstance(one, bool)
            and 0 < one < math.inf
            and round(one, 2) == one
            for one in value
        )
        and all(one < other for one, other in pairwise(value))
    )


# Settings in the YAML of a shop, under meta of its source. Others have no fixed values.
SETTING_RULES = {
    "returns": _one_of("net", "cancel", "refuse"),
    "guests": _one_of("exclude", "refuse"),
    "other_currencies": _one_of("exclude", "refuse"),
    "price_bands": Rule(
        "a list of amounts above 0 in ascending order, with two decimals at most, such "
        "as [25, 50, 100]",
        _are_bounds,
    ),
}
SETTINGS = [*SETTING_RULES, "currency", "statuses", "places", "time_zone", "times_in"]
# Under meta of one of its tables.
TABLE_SETTINGS = ["file", "columns", "delimiter", "encoding", "decimal"]
TABLE_SETTINGS += ["date_format", "filter", "may_be_empty"]


def find_problems_of_variables(
    root: Path, given: Mapping, *, command: str
) -> list[str]:
    """Find wrong variables of a call of dbt, and wrong settings of its shop.

    Parameters
    ----------
    root : Path
        Root of the project, whose dbt_project.yml declares the variables.
    given : mapping of str to object
        Those of the call, which override the declared ones.
    command : str
        What dbt was called for, such as build. Variables that are not declared are
        allowed in ``compile`` and ``show``: questions have such parameters.

    Returns
    -------
    list of str
        One sentence per problem, with the variable or setting, its value and what is
        allowed.
    """
    project = yaml.safe_load((root / "dbt_project.yml").read_text(encoding="utf-8"))
    declared = project.get("vars") or {}
    problems = []
    if command not in ("compile", "show"):
        problems += [
            f"there is no variable {name}{_nearest(name, declared)}"
            for name in given
            if name not in declared
        ]
    shop = chosen_shop(root, given)
    source = shop_source(root, shop)
    if not problems and source is None:
        shops = sorted(one.stem for one in (root / SHOPS).glob("*.yml"))
        problems.append(
            f"there is no shop {shop}: OLIST_SHOP and the variable shop can be olist, "
            f"{', '.join(shops)}, or another that `olist-segments connect` writes down"
        )
    settings = _meta(source or {})
    problems += [
        f"the shop {shop} has no setting {name}{_nearest(name, known)}"
        for one, known in [
            (settings, SETTINGS),
            *(
                (_meta(table), TABLE_SETTINGS)
                for table in (source or {}).get("tables") or []
            ),
        ]
        for name in one
        if name not in known
    ]
    problems += [
        f"setting {name} of the shop {shop} is {_shown(settings[name])}: it must be "
        f"{rule.allowed}"
        for name, rule in SETTING_RULES.items()
        if name in settings and not rule.holds(settings[name])
    ]
    return problems + find_problems(declared | given, numbers=_numeric_columns(root))


def _meta(entry: Mapping) -> Mapping:
    return (entry.get("config") or {}).get("meta") or {}


def chosen_shop(root: Path, given: Mapping) -> str:
    """Return the name of the shop whose data are built.

    Parameters
    ----------
    root : Path
        Root of the project, whose dbt_project.yml names a shop.
    given : mapping of str to object
        The variables of a call of dbt.

    Returns
    -------
    str
    """
    project = yaml.safe_load((root / "dbt_project.yml").read_text(encoding="utf-8"))
    named = {**(project.get("vars") or {}), **given}.get("shop")
    return os.environ.get("OLIST_SHOP") or str(named or "olist")


def default_of(root: Path, name: str) -> Any:
    """Return the value of a variable in dbt_project.yml.

    Parameters
    ----------
    root : Path
        Root of the project.
    name : str

    Returns
    -------
    object
        None if it is not there.
    """
    project = yaml.safe_load((root / "dbt_project.yml").read_text(encoding="utf-8"))
    return ((project or {}).get("vars") or {}).get(name)


def shop_source(root: Path, shop: str) -> dict | None:
    """Find the source of a shop: its settings, its tables and their columns.

    Parameters
    ----------
    root : Path
        Root of the project.
    shop : str
        Name of the shop.

    Returns
    -------
    dict or None
        The entry of ``sources`` in the YAML; None if there is no such shop.
    """
    for path in (root / OLIST, *sorted((root / SHOPS).glob("*.yml"))):
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for source in content.get("sources") or []:
            if source.get("name") == shop:
                return source
    return None


def find_problems(values: Mapping[str, Any], *, numbers: Iterable[str]) -> list[str]:
    """Find values of variables that cannot be used.

    Parameters
    ----------
    values : mapping of str to object
        The value of every variable in `RULES`. Numbers may be texts.
    numbers : iterable of str
        Columns that may be features.

    Returns
    -------
    list of str
        One sentence per problem.
    """
    problems = [
        f"variable {name} is missing in dbt_project.yml: it must be {rule.allowed}"
        for name, rule in RULES.items()
        if name not in values
    ] + [
        f"variable {name} is {_shown(values[name])}: it must be {rule.allowed}"
        for name, rule in RULES.items()
        if name in values and not rule.holds(values[name])
    ]
    if problems:
        return problems
    for variable in ("features", "further_features"):
        for entry in values[variable]:
            problems += [
                f"variable {variable}: {problem}"
                for problem in _problems_of_entry(entry, list(numbers))
            ]
    names = [entry["name"] for entry in values["features"] if not problems]
    problems += [
        f"variable features: {name} is there twice"
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
    k_min, k_max = int(values["k_min"]), int(values["k_max"])
    if k_min > k_max:
        problems.append(
            f"variable k_min is {k_min} and k_max is {k_max}: "
            "k_min must not be above k_max"
        )
    elif values["k"] != "" and not k_min <= int(values["k"]) <= k_max:
        problems.append(
            f"variable k is {values['k']}, but only k = {k_min} to {k_max} are fitted: "
            "change k, or k_min and k_max"
        )
    if float(values["control_share"]) and not values["campaign"]:
        problems.append(
            f"variable control_share is {values['control_share']}, but campaign is '': "
            "name the campaign, as its name decides who is left out"
        )
    if float(values["drift_watch"]) > float(values["drift_refit"]):
        problems.append(
            f"variable drift_watch is {values['drift_watch']} and drift_refit is "
            f"{values['drift_refit']}: drift_watch must not be above drift_refit"
        )
    return problems


def _problems_of_entry(entry: Any, numbers: list[str]) -> list[str]:
    needed = [key for key in ENTRY_RULES if key not in OPTIONAL]
    if not isinstance(entry, dict):
        return [f"{_shown(entry)} is no feature; one has {', '.join(needed)}"]
    name = entry.get("name") or "a feature without a name"
    missing = [key for key in needed if entry.get(key) in (None, "")]
    problems = []
    if missing:
        problems.append(
            f"{name} lacks {', '.join(missing)}; it needs {', '.join(needed)}"
        )
    for key, value in entry.items():
        if key not in ENTRY_RULES:
            problems.append(
                f"{name} has {key}, which no feature has{_nearest(key, ENTRY_RULES)}"
            )
        elif value not in (None, "") and not ENTRY_RULES[key].holds(value):
            problems.append(
                f"{key} of {name} is {_shown(value)}: "
                f"it must be {ENTRY_RULES[key].allowed}"
            )
        elif key in ("high", "low") and value:
            problems += [f"{key} of {name}: {one}" for one in _problems_of_words(value)]
    if not problems and name not in numbers:
        problems.append(
            f"{name} must be a column of numbers in {FEATURES.as_posix()}, as in its "
            f"SQL; there are {', '.join(numbers)}"
        )
    return problems


def _problems_of_words(value: str | dict | list) -> list[str]:
    problems = []
    unconditional = ""
    for word in value if isinstance(value, list) else [value]:
        entry = word if isinstance(word, dict) else {"word": word}
        text = entry.get("word")
        problems += [
            f"{_shown(word)} has {key}, which no word has{_nearest(key, WORD_RULES)}"
            for key in entry
            if key not in WORD_RULES
        ] + [
            f"{key} of {_shown(word)} must be {rule.allowed}"
            for key, rule in WORD_RULES.items()
            if (key == "word" or key in entry) and not rule.holds(entry.get(key))
        ]
        if problems:
            return problems
        if unconditional:
            problems.append(
                f"{_shown(text)} is never taken, as {_shown(unconditional)} before it "
                "has no condition"
            )
        if not {"at_least", "at_most"} & set(entry):
            unconditional = text
        elif float(entry.get("at_least", -math.inf)) > float(
            entry.get("at_most", math.inf)
        ):
            problems.append(f"at_least of {_shown(text)} is above its at_most")
    return problems


def _numeric_columns(root: Path) -> list[str]:
    (model,) = yaml.safe_load((root / FEATURES).read_text(encoding="utf-8"))["models"]
    return [
        column["name"]
        for column in model["columns"]
        if re.match("bigint|decimal|double", column["data_type"])
    ]


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5)
    return f": do you mean {near[0]}?" if near else f"; there are {', '.join(known)}"


def _shown(value: Any) -> str:
    return "null" if value is None else f"'{value}'"


def _is_number(value: Any, *, is_whole: bool = False) -> bool:
    if isinstance(value, bool) or not _NUMBER.fullmatch(str(value)):
        return False
    return str(value).isdigit() if is_whole else True


def _is_day(value: Any) -> bool:
    if value == "":
        return True
    try:
        day = datetime.date.fromisoformat(str(value))
    except ValueError:
        return False
    return str(day) == str(value)
