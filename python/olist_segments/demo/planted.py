"""Plant segments: people whose orders follow the profile of a known group.

Every group is high or low on each of the six default features, like the rows of a
Hadamard matrix, so any two groups differ in at least three features. People buy several
times: with one order, half of the features have a handful of values, such as a score of
1, 2, 3, 4 or 5, and even noise would have clusters.
"""

from dataclasses import dataclass

import numpy as np

from olist_segments.demo.draws import DAY, pick, seconds

MAX_GROUPS = 8
_FIRST_DAY = np.datetime64("2017-01-05")
_LAST_DAY = np.datetime64("2018-10-17")
_MAX_ORDERS = 15
_MAX_INSTALLMENTS = 24


@dataclass
class _Feature:
    """A feature of a person: centre, distance of a group from it, spread in a group."""

    column: int
    centre: float
    offset: float
    spread: float


# The columns of the Hadamard matrix of order 8 in which its first four rows differ.
_FEATURES = {
    "recency_days": _Feature(1, 250.0, 130.0, 20.0),
    "log_orders": _Feature(2, np.log(4.5), 0.55, 0.25),
    "log_spend": _Feature(3, np.log(900.0), 0.8, 0.25),
    "score": _Feature(5, 3.0, 1.3, 0.1),
    "log_installments": _Feature(6, np.log(3.8), 0.75, 0.1),
    "delay_days": _Feature(7, -6.0, 9.0, 1.0),
}
# Spread of the orders of a person: score, and days of delay.
_SCORE_SPREAD = 0.8
_DELAY_SPREAD = 3.0


@dataclass(frozen=True)
class Planted:
    """How many groups are planted, and how far apart.

    Attributes
    ----------
    groups : int
        From 2 to `MAX_GROUPS`.
    separation : float
        From 0, where all groups have the same distribution, to 1.
    """

    groups: int
    separation: float

    def __post_init__(self):
        """Refuse values out of range."""
        if not 2 <= self.groups <= MAX_GROUPS:
            raise ValueError(
                f"planted is {self.groups}: it must be from 2 to {MAX_GROUPS} segments"
            )
        if not 0 <= self.separation <= 1:
            raise ValueError(
                f"separation is {self.separation}: it must be from 0 (none) to 1"
            )


def plant_people(shop, size: int) -> dict[str, np.ndarray]:
    """Draw people of the groups, and what each of their orders should be like.

    Parameters
    ----------
    shop : Shop
        Its `planted` says how many groups and how far apart.
    size : int
        Number of orders.

    Returns
    -------
    dict of str to ndarray of shape (size,)
        Per order: person and rank within the person, label of the group from 1 on,
        time of purchase, value in reais, score, installments and days of delay.
    """
    rng = shop.rng
    group = rng.integers(0, shop.planted.groups, size)
    person_of = {
        name: _draw(shop, feature, group) for name, feature in _FEATURES.items()
    }
    orders = np.clip(np.round(np.exp(person_of["log_orders"])), 1, _MAX_ORDERS)
    person = np.repeat(np.arange(size), orders.astype(np.int64))[:size]
    number = np.bincount(person, minlength=size)
    starts = np.cumsum(number) - number
    own = {name: values[person] for name, values in person_of.items()}
    installments = rng.poisson(np.exp(own["log_installments"]) - 1) + 1
    return {
        "person": person,
        "rank": np.arange(size) - starts[person],
        "label": group[person] + 1,
        "bought": _draw_purchases(shop, person, own["recency_days"]),
        "value": np.exp(own["log_spend"]) / number[person],
        "score": np.clip(
            np.round(own["score"] + rng.normal(0, _SCORE_SPREAD, size)), 1, 5
        ).astype(np.int64),
        "installments": np.minimum(installments, _MAX_INSTALLMENTS),
        "delay_days": own["delay_days"] + rng.normal(0, _DELAY_SPREAD, size),
    }


def deliver_last_orders(target: dict, status: np.ndarray) -> None:
    """Swap the statuses of a person's first and last order if the last one is lost.

    Losing the last order would change the planted recency of the person.
    """
    first = np.flatnonzero(target["rank"] == 0)
    last = np.append(first[1:], len(status)) - 1
    # No order of the last day has been delivered.
    lost = (status[last] != 0) & (target["bought"][last] < _LAST_DAY)
    first, last = first[lost], last[lost]
    status[first], status[last] = status[last], status[first]


def near_prices(shop, prices: np.ndarray) -> np.ndarray:
    """Draw for each price one of the 41 products whose prices are nearest to it."""
    by_price = np.argsort(shop.products.price, kind="stable")
    position = np.searchsorted(shop.products.price[by_price], prices)
    position += shop.rng.integers(-20, 21, len(prices))
    return by_price[np.clip(position, 0, len(by_price) - 1)]


def plant_delays(orders: dict) -> None:
    """Promise each order for the day that gives it its delay.

    No promise is shorter than three days: if need be, the order is delivered later.
    """
    delay = seconds(orders["target"]["delay_days"] * DAY)
    earliest = orders["bought"] + 3 * DAY
    orders["delivered"] = np.maximum(orders["delivered"], earliest + delay)
    promised = orders["delivered"] - delay
    orders["estimated"] = promised.astype("datetime64[D]").astype("datetime64[s]")


def write_labels(files, orders: dict) -> None:
    """Write the label of each person."""
    first = np.flatnonzero(orders["target"]["rank"] == 0)
    labels = orders["target"]["label"][first]
    files.write("planted", orders["person_id"][first], labels.astype("S"))


def _draw(shop, feature: _Feature, group: np.ndarray) -> np.ndarray:
    """Draw a feature of people: the side of their group, with a spread."""
    sides = [
        1 - 2 * ((row & feature.column).bit_count() % 2) for row in range(MAX_GROUPS)
    ]
    offset = shop.planted.separation * feature.offset * np.array(sides)[group]
    return feature.centre + offset + shop.rng.normal(0, feature.spread, len(group))


def _draw_purchases(shop, person: np.ndarray, recency: np.ndarray) -> np.ndarray:
    """Draw times: a person's last order by recency, the others at any time before."""
    rng, size = shop.rng, len(person)
    last = _LAST_DAY - np.round(np.maximum(recency, 1)).astype("timedelta64[D]")
    back = rng.random(size) * (last - _FIRST_DAY).astype(np.int64)
    is_last = np.append(person[1:] != person[:-1], True)
    day = last - np.where(is_last, 0, back).astype("timedelta64[D]")
    hours = np.array(shop.parameters["hour_orders"], dtype=float)
    second = 3600 * pick(rng, np.cumsum(hours), size) + rng.integers(0, 3600, size)
    return day.astype("datetime64[s]") + second
